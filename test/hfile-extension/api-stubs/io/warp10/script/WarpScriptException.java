// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.script;

public class WarpScriptException extends Exception {
  public WarpScriptException(String message) {
    super(message);
  }

  public WarpScriptException(String message, Throwable cause) {
    super(message, cause);
  }
}
