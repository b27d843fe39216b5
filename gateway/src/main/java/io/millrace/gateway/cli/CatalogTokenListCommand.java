package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists tokens. */
@Command(
    name = "list",
    header = "List tokens by their ids, without what is secret of them.",
    footer = {
      "",
      "Examples:",
      "  millrace catalog token list",
      "  millrace catalog token list --user ann@example.com --json",
      "  MILLRACE_TOKEN=$(cat ann.token) millrace catalog token list --mine"
    })
final class CatalogTokenListCommand extends CatalogCallCommand {
  @ArgGroup private @Nullable Whose whose;

  /** At most one of them. */
  private static final class Whose {
    @Option(
        names = "--user",
        paramLabel = "NAME",
        description = "Only those of a user or service principal (default: all, for admins).")
    private @Nullable String user;

    @Option(names = "--mine", description = "Those of whose token is used, who need be no admin.")
    private boolean mine;
  }

  CatalogTokenListCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    JsonNode answer;
    if (whose != null && whose.mine) {
      answer = catalog.get(CatalogTokenCommand.OWN + "/list");
    } else {
      answer =
          catalog.get(
              CatalogTokenCommand.ALL + "/tokens",
              whose == null || whose.user == null ? Map.of() : Map.of("user_name", whose.user));
    }
    if (json()) {
      print(answer);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TOKEN", "USER", "CREATED", "EXPIRES", "COMMENT"));
    for (JsonNode each : answer.path("token_infos")) {
      rows.add(
          List.of(
              text(each, "token_id"),
              text(each, "user_name"),
              time(each, "creation_time"),
              each.path("expiry_time").asLong() < 0 ? "never" : time(each, "expiry_time"),
              comment(each)));
    }
    printTable(rows);
  }
}
