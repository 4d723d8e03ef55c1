// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.script;

public interface WarpScriptStackFunction {
  Object apply(WarpScriptStack stack) throws WarpScriptException;
}
