// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10.continuum.gts;

import io.warp10.continuum.store.thrift.data.Metadata;
import java.io.IOException;

public class GTSEncoder {
  public GTSEncoder(long base) {}

  public int addValue(long timestamp, long location, long elevation, Object value)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  public void encode(GeoTimeSerie gts) throws IOException {
    throw new UnsupportedOperationException();
  }

  public GTSDecoder getDecoder(boolean safeMetadata) {
    throw new UnsupportedOperationException();
  }

  public long getCount() {
    throw new UnsupportedOperationException();
  }

  public Metadata getMetadata() {
    throw new UnsupportedOperationException();
  }

  public void setMetadata(Metadata metadata) {
    throw new UnsupportedOperationException();
  }
}
