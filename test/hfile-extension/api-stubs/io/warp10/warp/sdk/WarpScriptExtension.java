// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.warp.sdk;

import java.util.Map;

public abstract class WarpScriptExtension {
  public abstract Map<String, Object> getFunctions();
}
