// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.continuum;

import io.warp10.quasar.token.thrift.data.ReadToken;
import io.warp10.script.WarpScriptException;
import java.util.Map;

public class Tokens {
  public static ReadToken extractReadToken(String token) throws WarpScriptException {
    throw new UnsupportedOperationException();
  }

  public static Map<String, String> labelSelectorsFromReadToken(ReadToken token) {
    throw new UnsupportedOperationException();
  }
}
