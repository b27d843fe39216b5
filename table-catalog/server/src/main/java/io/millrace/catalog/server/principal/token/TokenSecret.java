package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a token or client secret says: a prefix by which people and scanners know it, and 32 random
 * bytes in base64url. Only whoever made it has it; the catalog keeps its hash.
 */
public final class TokenSecret {
  private static final String PERSONAL = "mrt_";
  private static final String CLIENT_SECRET = "mrs_";
  private static final int RANDOM_BYTES = 32;

  private final String text;

  private TokenSecret(String text) {
    this.text = requireNonNull(text, "text is null");
  }

  static TokenSecret create(Token.Kind kind, SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return new TokenSecret(
        prefix(kind) + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What somebody sent, whatever it is. */
  static TokenSecret given(String text) {
    return new TokenSecret(text);
  }

  static String prefix(Token.Kind kind) {
    return kind == Token.Kind.PERSONAL ? PERSONAL : CLIENT_SECRET;
  }

  /** SHA-256 in hexadecimal: of 256 random bits, nobody finds them again. */
  String hash() {
    return HexFormat.of().formatHex(digest());
  }

  private byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether this is the secret of a token; takes as long whatever differs. */
  boolean belongsTo(Token token) {
    return MessageDigest.isEqual(digest(), HexFormat.of().parseHex(token.hash()));
  }

  /** The secret itself, to be shown once. */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return "TokenSecret";
  }
}
