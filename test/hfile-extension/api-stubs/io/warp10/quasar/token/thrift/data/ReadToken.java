// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.quasar.token.thrift.data;

import java.util.Map;

public class ReadToken {
  public Map<String, String> getAttributes() {
    throw new UnsupportedOperationException();
  }
}
