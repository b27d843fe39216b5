package io.millrace.delta.log;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/** An object of {@link InMemoryS3}. */
record StoredObject(byte[] bytes, Instant modified) {
  static StoredObject of(byte[] bytes) {
    return new StoredObject(bytes, Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  /** MD5 of the bytes in quotes, with which clients check what arrived. */
  String tag() {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(bytes);
      return '"' + HexFormat.of().formatHex(digest) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
