package io.millrace.delta.footer;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Buffers the bytes of a Parquet file on their way, and puts a {@link FooterSeal} before the footer
 * at the end. For that the last bytes wait until {@link #finish}. Owned by one thread; the target
 * is its owner's to close.
 */
public final class SealedOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  /** A longer footer gets no seal. */
  static final int FOOTER_BYTES_MAX = 4 << 20;

  private final OutputStream target;
  private byte[] waiting = new byte[BUFFER_BYTES];
  private int size;
  private long position;
  private boolean ending;

  public SealedOutput(OutputStream target) {
    this.target = requireNonNull(target, "target is null");
  }

  /** How many bytes were written, the seal included once it is. */
  public long position() {
    return position;
  }

  /** Says that the footer is among the bytes still to come. */
  public void ending() {
    ending = true;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    position += length;
    int kept = ending ? FOOTER_BYTES_MAX : 0;
    if (size + length > waiting.length && size + length > 2 * kept) {
      drain(Math.max(0, size - kept));
    }
    if (size + length > waiting.length) {
      if (!ending) {
        target.write(bytes, offset, length);
        return;
      }
      waiting = Arrays.copyOf(waiting, Math.max(2 * waiting.length, size + length));
    }
    System.arraycopy(bytes, offset, waiting, size, length);
    size += length;
  }

  private void drain(int length) throws IOException {
    target.write(waiting, 0, length);
    System.arraycopy(waiting, length, waiting, 0, size - length);
    size -= length;
  }

  /** Passes on all bytes, with the seal if they end in a footer. */
  public void finish() throws IOException {
    int footer = ending ? FooterSeal.footerStart(waiting, 0, size) : -1;
    if (footer >= 0) {
      byte[] seal = FooterSeal.of(waiting, footer, size);
      drain(footer);
      target.write(seal);
      position += seal.length;
    }
    drain(size);
    waiting = new byte[0];
  }
}
