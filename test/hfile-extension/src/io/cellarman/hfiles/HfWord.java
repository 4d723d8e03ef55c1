package io.cellarman.hfiles;

import io.warp10.script.NamedWarpScriptFunction;
import io.warp10.script.WarpScriptException;
import io.warp10.script.WarpScriptLib;
import io.warp10.script.WarpScriptStack;
import io.warp10.script.WarpScriptStackFunction;
import io.warp10.warp.sdk.Capabilities;
import java.util.HashMap;
import java.util.Map;

/** What every word of the extension needs: its map, its capability, other words. */
abstract class HfWord extends NamedWarpScriptFunction implements WarpScriptStackFunction {
  HfWord(String name) {
    super(name);
  }

  /** A copy of the map on top of the stack. */
  Map<Object, Object> popMap(WarpScriptStack stack) throws WarpScriptException {
    Object top = stack.pop();
    if (!(top instanceof Map)) throw failure("expects a map on top of the stack.");
    return new HashMap<>((Map<?, ?>) top);
  }

  String popStore(WarpScriptStack stack) throws WarpScriptException {
    Object top = stack.pop();
    if (!(top instanceof String)) throw failure("expects a store name on top of the stack.");
    demandCapability(stack, (String) top);
    return (String) top;
  }

  String text(Map<Object, Object> map, String key) throws WarpScriptException {
    Object value = map.get(key);
    if (!(value instanceof String)) throw failure("missing '" + key + "'.");
    return (String) value;
  }

  /** A number of the map; the standard where there is none. */
  long number(Map<Object, Object> map, String key, long standard) throws WarpScriptException {
    Object value = map.get(key);
    if (value == null) return standard;
    if (!(value instanceof Long)) throw failure("invalid type for '" + key + "'.");
    return (Long) value;
  }

  /** Each word demands the capability of its lower-case name; its value is a regex of stores. */
  void demandCapability(WarpScriptStack stack, String store) throws WarpScriptException {
    String capability = getName().toLowerCase();
    String granted = Capabilities.get(stack, capability);
    if (granted == null) throw failure("missing capability '" + capability + "'.");
    if (!granted.isEmpty() && !store.matches(granted)) {
      throw failure("capability does not grant access to store '" + store + "'.");
    }
  }

  /** Runs another word on an argument and takes what it leaves. */
  static Object call(WarpScriptStack stack, String word, Object argument)
      throws WarpScriptException {
    stack.push(argument);
    ((WarpScriptStackFunction) WarpScriptLib.getFunction(word)).apply(stack);
    return stack.pop();
  }

  WarpScriptException failure(String why) {
    return new WarpScriptException(getName() + " " + why);
  }

  WarpScriptException failure(String why, Throwable cause) {
    return new WarpScriptException(getName() + " " + why, cause);
  }
}
