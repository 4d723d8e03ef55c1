// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.warp.sdk;

import io.warp10.script.WarpScriptStack;

public class Capabilities {
  public static String get(WarpScriptStack stack, String name) {
    throw new UnsupportedOperationException();
  }
}
