// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.continuum.gts;

import io.warp10.continuum.store.thrift.data.Metadata;
import io.warp10.script.WarpScriptException;

public class MetadataSelectorMatcher {
  public MetadataSelectorMatcher(String selector) throws WarpScriptException {}

  public boolean matches(Metadata metadata) {
    throw new UnsupportedOperationException();
  }
}
