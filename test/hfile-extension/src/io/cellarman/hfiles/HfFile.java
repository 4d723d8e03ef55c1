package io.cellarman.hfiles;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The stand-in's own file format, not that of the commercial extension: "CMHFJAV1", then for each
 * encoder the length and the bytes of its wrapper; -1 ends a whole file.
 */
final class HfFile {
  private static final byte[] MAGIC = "CMHFJAV1".getBytes(StandardCharsets.US_ASCII);
  private static final int END = -1;

  private HfFile() {}

  /** A file being written; it must not exist yet. */
  static final class Writer implements Closeable {
    private final DataOutputStream out;

    Writer(File file) throws IOException {
      out =
          new DataOutputStream(
              new BufferedOutputStream(
                  Files.newOutputStream(
                      file.toPath(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
      out.write(MAGIC);
    }

    void add(byte[] wrapper) throws IOException {
      out.writeInt(wrapper.length);
      out.write(wrapper);
      out.flush();
    }

    void finish() throws IOException {
      out.writeInt(END);
      out.close();
    }

    /** Closes a file that stays as it is. */
    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** The wrappers of a whole file. Throws an IOException for one that is none, or not whole. */
  static List<byte[]> read(File file) throws IOException {
    List<byte[]> wrappers = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file.toPath()))) {
      byte[] magic = new byte[MAGIC.length];
      in.readFully(magic);
      if (!Arrays.equals(magic, MAGIC)) throw new IOException("no magic");
      for (int length = in.readInt(); length != END; length = in.readInt()) {
        if (length < 0 || length > file.length()) throw new IOException("bad length");
        byte[] wrapper = new byte[length];
        in.readFully(wrapper);
        wrappers.add(wrapper);
      }
      if (in.read() >= 0) throw new IOException("bytes after the end");
      return wrappers;
    } catch (EOFException eof) {
      throw new IOException("it ends too early", eof);
    }
  }
}
