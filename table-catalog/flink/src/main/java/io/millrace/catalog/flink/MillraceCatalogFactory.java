package io.millrace.catalog.flink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.flink.rest.TokenSource;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.factories.CatalogFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** Makes {@code CREATE CATALOG main WITH ('type' = 'millrace', 'uri' = …)} work. Stateless. */
public final class MillraceCatalogFactory implements CatalogFactory {
  /** What {@code 'type'} says. */
  public static final String IDENTIFIER = "millrace";

  static final ConfigOption<String> URI_OPTION =
      ConfigOptions.key("uri")
          .stringType()
          .noDefaultValue()
          .withDescription("Address of the Unity Catalog server, like http://127.0.0.1:8787.");

  static final ConfigOption<String> CATALOG =
      ConfigOptions.key("catalog")
          .stringType()
          .noDefaultValue()
          .withDescription("The catalog's name on the server; the name that it has here if unset.");

  static final ConfigOption<String> DEFAULT_DATABASE =
      ConfigOptions.key("default-database")
          .stringType()
          .defaultValue(CatalogSettings.DEFAULT_DATABASE)
          .withDescription("Schema of tables that are named without one.");

  static final ConfigOption<Duration> REQUEST_TIMEOUT =
      ConfigOptions.key("request-timeout")
          .durationType()
          .defaultValue(CatalogSettings.DEFAULT_REQUEST_TIMEOUT)
          .withDescription("Longest wait for one answer of the server.");

  static final ConfigOption<String> TOKEN_FILE =
      ConfigOptions.key("token-file")
          .stringType()
          .noDefaultValue()
          .withDescription("Path of a file with mode 0600 that holds the token.");

  static final ConfigOption<String> SESSION =
      ConfigOptions.key("session")
          .stringType()
          .noDefaultValue()
          .withDescription("Handle of a token that this process holds.");

  /** Parts of names by which people call secrets. */
  private static final List<String> SECRETS =
      List.of("token", "password", "passwd", "secret", "credential", "api-key", "apikey", "auth");

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(URI_OPTION);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(CATALOG, DEFAULT_DATABASE, REQUEST_TIMEOUT, TOKEN_FILE, SESSION);
  }

  @Override
  public Catalog createCatalog(Context context) {
    requireNoSecret(context.getOptions());
    FactoryUtil.CatalogFactoryHelper helper = FactoryUtil.createCatalogFactoryHelper(this, context);
    helper.validate();
    ReadableConfig options = helper.getOptions();
    return new MillraceCatalog(
        context.getName(),
        new CatalogSettings(
            uri(options.get(URI_OPTION)),
            options.getOptional(CATALOG).orElse(context.getName()),
            options.get(DEFAULT_DATABASE),
            options.get(REQUEST_TIMEOUT)),
        token(options, System.getenv()));
  }

  /** Options are shown by SHOW CREATE CATALOG and kept by catalog stores. */
  private static void requireNoSecret(Map<String, String> options) {
    for (String key : options.keySet()) {
      String lower = key.toLowerCase(Locale.ROOT);
      if (!lower.equals(TOKEN_FILE.key()) && SECRETS.stream().anyMatch(lower::contains)) {
        throw new MillraceException(
            ErrorCode.OPTION_INVALID,
            "option '%s' would show a secret to whoever may see the catalog's options"
                .formatted(key),
            "put the token into a file with mode 0600 and give its path as '%s', or set %s"
                .formatted(TOKEN_FILE.key(), TokenSource.VARIABLE));
      }
    }
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Without the cause, which quotes what may hold a password.
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'uri' is no address of a catalog server",
          "write it like http://127.0.0.1:8787");
    }
  }

  static TokenSource token(ReadableConfig options, Map<String, String> environment) {
    Optional<String> session = options.getOptional(SESSION);
    Optional<String> file = options.getOptional(TOKEN_FILE);
    if (session.isPresent() && file.isPresent()) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "options 'session' and 'token-file' are both given",
          "give one of the two");
    }
    if (session.isPresent()) {
      return CatalogSessions.source(session.get());
    }
    if (file.isPresent()) {
      return TokenSource.file(Path.of(file.get()));
    }
    String variable = environment.get(TokenSource.VARIABLE);
    return variable == null
        ? TokenSource.none()
        : TokenSource.of("environment variable " + TokenSource.VARIABLE, () -> variable);
  }
}
