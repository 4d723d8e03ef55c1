// A signature of Warp 10, for the compiler alone: never on the class path of a server.
package io.warp10;

public class WarpConfig {
  public static String getProperty(String key) {
    throw new UnsupportedOperationException();
  }

  public static String getProperty(String key, String standard) {
    throw new UnsupportedOperationException();
  }
}
