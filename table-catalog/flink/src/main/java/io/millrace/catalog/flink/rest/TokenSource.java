package io.millrace.catalog.flink.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the token comes from that proves who asks. It is asked for at each call, so that a token
 * may be renewed; nothing keeps one, and no text that is made here holds one. Thread-safe.
 */
public final class TokenSource {
  /** The environment variable of a process that asks as one principal. */
  public static final String VARIABLE = "MILLRACE_TOKEN";

  private static final TokenSource NONE = new TokenSource("no token", () -> null);

  private final String whence;
  private final Supplier<@Nullable String> token;

  private TokenSource(String whence, Supplier<@Nullable String> token) {
    this.whence = requireNonNull(whence, "whence is null");
    this.token = requireNonNull(token, "token is null");
  }

  /** None is sent. */
  public static TokenSource none() {
    return NONE;
  }

  /**
   * From somebody in this process.
   *
   * @param whence what to say of it in messages
   * @param token asked at each call
   */
  public static TokenSource of(String whence, Supplier<String> token) {
    return new TokenSource(whence, token::get);
  }

  /** From a file that nobody but its owner may read; what is in it may change. */
  public static TokenSource file(Path file) {
    return new TokenSource("file " + file, () -> read(file));
  }

  /**
   * A token, if there is one.
   *
   * @throws MillraceException FILE_NOT_FOUND, IO_FAILED, CONFIG_INVALID if others may read the
   *     file; UNAUTHENTICATED if what was found cannot be a token
   */
  public Optional<String> token() {
    String found = token.get();
    if (found == null) {
      return Optional.empty();
    }
    String stripped = found.strip();
    // The JDK's own refusal of such a header would show it.
    if (stripped.isEmpty() || stripped.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new MillraceException(
          ErrorCode.UNAUTHENTICATED,
          "what comes from %s is no token".formatted(whence),
          "put one token there and nothing else");
    }
    return Optional.of(stripped);
  }

  private static String read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new MillraceException(
            ErrorCode.FILE_NOT_FOUND,
            "there is no token file " + file,
            "write a token into it, with mode 0600");
      }
      if (Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        others.remove(PosixFilePermission.OWNER_READ);
        others.remove(PosixFilePermission.OWNER_WRITE);
        if (!others.isEmpty()) {
          throw new MillraceException(
              ErrorCode.CONFIG_INVALID,
              "token file %s may be read or run by others than its owner".formatted(file),
              "chmod 600 " + file);
        }
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      // Without the cause: a text that is not ASCII is in no message of it, but need not be.
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "token file %s cannot be read: %s".formatted(file, e.getClass().getSimpleName()),
          "write one token into it, in ASCII, with mode 0600");
    }
  }

  /** Where the token comes from. */
  @Override
  public String toString() {
    return whence;
  }
}
