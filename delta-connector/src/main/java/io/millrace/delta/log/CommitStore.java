package io.millrace.delta.log;

import java.io.IOException;
import java.util.Optional;

/**
 * The numbered entries of one table's log: the one place where writers of a table compete.
 *
 * <p>Safe for use by several threads, and by several processes on the same storage.
 */
public interface CommitStore {
  /**
   * Writes entry {@code version} if no one has, wholly or not at all, durably.
   *
   * @return true for the one writer that created it, false for every other
   * @throws IOException if it is not known which; {@link #read} decides
   */
  boolean putIfAbsent(long version, byte[] entry) throws IOException;

  /** The entry as its creator wrote it; empty if there is none. */
  Optional<byte[]> read(long version) throws IOException;
}
