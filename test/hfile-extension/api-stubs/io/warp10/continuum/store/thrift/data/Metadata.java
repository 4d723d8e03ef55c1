// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.continuum.store.thrift.data;

import java.util.Map;

public class Metadata {
  public Metadata(Metadata other) {}

  public String getName() {
    throw new UnsupportedOperationException();
  }

  public Map<String, String> getLabels() {
    throw new UnsupportedOperationException();
  }

  public Metadata setLabels(Map<String, String> labels) {
    throw new UnsupportedOperationException();
  }
}
