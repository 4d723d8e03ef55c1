// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.script;

public class WarpScriptLib {
  public static Object getFunction(String name) {
    throw new UnsupportedOperationException();
  }
}
