package io.millrace.gateway.cli;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.http.CatalogClient;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.PlatformState;
import io.millrace.gateway.platform.RunningPlatform;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which catalog, and as whom. A token comes from a file or the environment: other users of the
 * machine can read a command line.
 */
final class CatalogOptions {
  /** Holds a token. */
  static final String TOKEN_VARIABLE = "MILLRACE_TOKEN";

  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,8192}");
  private static final long TOKEN_FILE_BYTES_MAX = 16_384;

  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The catalog's server, instead of the platform of --dir.")
  private @Nullable String server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Whose token to use (default: what MILLRACE_TOKEN holds, else the admin's of --dir).")
  private @Nullable Path tokenFile;

  /** The platform's directory. */
  PlatformDirectory directory() {
    return directory.directory();
  }

  /** Whether a server was named, so that the directory does not matter. */
  boolean namesServer() {
    return server != null;
  }

  /**
   * The catalog that runs there.
   *
   * @throws MillraceException NOT_RUNNING if no platform does, OPTION_INVALID, FILE_NOT_FOUND,
   *     UNAUTHENTICATED if there is no token to use
   */
  CatalogClient connect() {
    return connect(System.getenv());
  }

  CatalogClient connect(Map<String, String> environment) {
    if (server != null) {
      return new CatalogClient(
          uri(server), token(environment), "start it, or name another one with --server");
    }
    PlatformDirectory where = directory();
    return running()
        .map(
            platform ->
                new CatalogClient(
                    URI.create("http://127.0.0.1:" + platform.ports().http()),
                    token(environment),
                    platform.ready()
                        ? "see " + where.logFile()
                        : "the platform is still starting: try again in a few seconds"))
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.NOT_RUNNING,
                    "nothing is running in " + where.root(),
                    "start it with bin/millrace up"
                        + where.asOption()
                        + ", or name a server with --server"));
  }

  /** The platform that runs in the directory. */
  Optional<PlatformState> running() {
    return RunningPlatform.find(directory());
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text.replaceFirst("/+$", ""));
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      if ((http || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
      throw badServer(null);
    } catch (URISyntaxException e) {
      throw badServer(e);
    }
  }

  private static MillraceException badServer(@Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        "--server is no scheme, host and port",
        "write it like http://127.0.0.1:8787",
        cause);
  }

  private String token(Map<String, String> environment) {
    if (tokenFile != null) {
      return read(tokenFile, "name a file that holds a token with --token-file");
    }
    String given = environment.getOrDefault(TOKEN_VARIABLE, "").strip();
    if (!given.isEmpty()) {
      return checked(given, "the environment variable " + TOKEN_VARIABLE);
    }
    if (server != null) {
      throw new MillraceException(
          ErrorCode.UNAUTHENTICATED,
          "it is not said whose token to use at --server",
          "name a file that holds one with --token-file, or set " + TOKEN_VARIABLE);
    }
    return read(
        directory().adminToken(),
        "use another token, with --token-file or "
            + TOKEN_VARIABLE
            + "; or make one: stop the platform, then bin/millrace catalog token create --user"
            + " admin"
            + directory().asOption());
  }

  private static String read(Path file, String remedy) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > TOKEN_FILE_BYTES_MAX) {
        throw noToken(file.toString(), null);
      }
      return checked(Files.readString(file).strip(), file.toString());
    } catch (NoSuchFileException e) {
      throw new MillraceException(ErrorCode.FILE_NOT_FOUND, "there is no file " + file, remedy, e);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "the token in %s cannot be read: %s".formatted(file, e.getClass().getSimpleName()),
          "see who may read it; " + remedy,
          e);
    }
  }

  /** What is no token may be another secret, and is not shown. */
  private static String checked(String token, String place) {
    if (!TOKEN.matcher(token).matches()) {
      throw noToken(place, null);
    }
    return token;
  }

  private static MillraceException noToken(String place, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        place + " holds no token",
        "put one there, and nothing else, such as mrt_…",
        cause);
  }
}
