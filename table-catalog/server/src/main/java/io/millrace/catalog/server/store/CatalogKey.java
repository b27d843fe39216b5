package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of a catalog, from the environment or from a file that is made if it is not there.
 * Other keys are derived from it, each for one purpose.
 */
public final class CatalogKey {
  /** Names the environment variable with the key, 64 hexadecimal digits. */
  public static final String VARIABLE = "MILLRACE_CATALOG_KEY";

  /** The file with the key, in the catalog's directory. */
  static final String FILE = "catalog.key";

  private static final int BYTES = 32;
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");
  private static final String HMAC = "HmacSHA256";
  private static final int HMAC_BYTES = 32;

  private final String text;

  private CatalogKey(String text) {
    this.text = text;
  }

  /**
   * The key of the catalog in a directory.
   *
   * @throws MillraceException CONFIG_INVALID if what is there is no key, or others may read it
   */
  public static CatalogKey load(Path directory) {
    SecretFile.createDirectory(directory);
    String given = System.getenv(VARIABLE);
    String key =
        given != null
            ? given.strip()
            : SecretFile.readOrCreate(directory.resolve(FILE), CatalogKey::random);
    if (!SHAPE.matcher(key).matches()) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog's key in %s is not 64 hexadecimal digits"
              .formatted(given != null ? "the variable " + VARIABLE : directory.resolve(FILE)),
          "give the key that the catalog was made with");
    }
    return new CatalogKey(key);
  }

  /** Whether there is a key: who opens what is there must not make a new one. */
  static boolean isThere(Path directory) {
    return System.getenv(VARIABLE) != null || Files.exists(directory.resolve(FILE));
  }

  private static String random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** As it is in the file. */
  String text() {
    return text;
  }

  /**
   * A key for one purpose, from which neither this key nor that of another purpose can be told.
   *
   * @param purpose what it is for; never changes
   */
  public byte[] derive(String purpose) {
    return hkdf(
        HexFormat.of().parseHex(text),
        new byte[0],
        purpose.getBytes(StandardCharsets.UTF_8),
        HMAC_BYTES);
  }

  /** HKDF of RFC 5869 with SHA-256. */
  static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int bytes) {
    byte[] extracted = hmac(salt.length == 0 ? new byte[HMAC_BYTES] : salt, secret);
    ByteArrayOutputStream expanded = new ByteArrayOutputStream();
    byte[] block = new byte[0];
    for (int i = 1; expanded.size() < bytes; i++) {
      block = hmac(extracted, block, info, new byte[] {(byte) i});
      expanded.writeBytes(block);
    }
    return Arrays.copyOf(expanded.toByteArray(), bytes);
  }

  private static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }

  @Override
  public String toString() {
    return "CatalogKey";
  }
}
