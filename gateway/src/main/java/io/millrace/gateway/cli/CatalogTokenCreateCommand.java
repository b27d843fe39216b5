package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.OperatorTokens;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.store.StoreSettings;
import io.millrace.gateway.http.CatalogClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a token, by the platform that runs, or on the files of one that does not. */
@Command(
    name = "create",
    header = "Make a token for somebody, and print it and nothing else.",
    description = {
      "",
      "It is shown this once. Whoever may read the platform's directory can make one, also while no"
          + " platform runs there.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog token create --user ann@example.com --expires 30d",
      "  (umask 077; millrace catalog token create --user admin > ~/millrace.token)"
    })
final class CatalogTokenCreateCommand extends CatalogCallCommand {
  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "A user, or the application id of a service principal (default: whose token is used).")
  private @Nullable String user;

  @Option(
      names = "--expires",
      paramLabel = "LIFETIME",
      converter = LifetimeOption.class,
      description = "How long it is good for: 15m, 12h, 30d; at most 730d (default: 90d).")
  private @Nullable Duration lifetime;

  @Option(names = "--comment", paramLabel = "TEXT", description = "What it is for.")
  private String comment = "";

  CatalogTokenCreateCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    if (options().namesServer() || options().running().isPresent()) {
      return super.call();
    }
    show(createAsOperator());
    return 0;
  }

  @Override
  void run(CatalogClient catalog) {
    ObjectNode body = object().put("comment", comment);
    if (lifetime != null) {
      body.put("lifetime_seconds", lifetime.toSeconds());
    }
    show(
        user == null
            ? catalog.post(CatalogTokenCommand.OWN + "/create", body)
            : catalog.post(
                CatalogTokenCommand.ALL + "/on-behalf-of/tokens", body.put("user_name", user)));
  }

  private void show(JsonNode answer) {
    if (json()) {
      print(answer);
    } else {
      say(answer.path("token_value").asText());
    }
  }

  /** The answer that a server would give. */
  private JsonNode createAsOperator() {
    if (user == null) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "it is not said whose token it is to be, and no platform runs",
          "name a user with --user; the first one is admin");
    }
    IssuedToken issued =
        OperatorTokens.create(
            StoreSettings.embedded(options().directory().catalog()),
            new TokenRequest(user, Token.Kind.PERSONAL, Optional.ofNullable(lifetime), comment),
            Clock.systemUTC());
    Token token = issued.token();
    ObjectNode answer = object().put("token_value", issued.secret().text());
    answer
        .putObject("token_info")
        .put("token_id", token.id().toString())
        .put("creation_time", token.created().toEpochMilli())
        .put("expiry_time", token.expires().map(Instant::toEpochMilli).orElse(-1L))
        .put("comment", token.comment())
        .put("user_name", user);
    return answer;
  }
}
