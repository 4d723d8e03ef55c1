// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.continuum.gts;

public class GTSDecoder {
  public boolean next() {
    throw new UnsupportedOperationException();
  }

  public long getTimestamp() {
    throw new UnsupportedOperationException();
  }

  public long getLocation() {
    throw new UnsupportedOperationException();
  }

  public long getElevation() {
    throw new UnsupportedOperationException();
  }

  public Object getBinaryValue() {
    throw new UnsupportedOperationException();
  }
}
