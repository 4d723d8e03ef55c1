// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.script;

public interface WarpScriptStack {
  class Macro {}

  void push(Object o) throws WarpScriptException;

  Object pop() throws InformativeEmptyStackException;

  void exec(Macro macro) throws WarpScriptException;

  void handleSignal() throws WarpScriptATCException;
}
