package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.gateway.http.CatalogClient;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where something comes from and what is made from it. */
@Command(
    name = "lineage",
    header = "Show what a table or column is made from, and what is made from it.",
    description = {
      "",
      "What you may not see is \"restricted\". With --impact: what dropping or retyping it would"
          + " touch, which jobs read it now, and whom to ask.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog lineage main.sales.totals --upstream",
      "  millrace catalog lineage main.sales.totals.amount --upstream --depth 2",
      "  millrace catalog lineage main.sales.orders.email --impact",
      "  millrace catalog lineage main.sales.orders --at 2026-11-22T10:00:00Z --json"
    })
final class CatalogLineageCommand extends CatalogCallCommand {
  private static final String LINEAGE = CatalogSecurable.MILLRACE + "/lineage";

  /** catalog, schema and table; what is behind them, dots included, is a column. */
  private static final int PARTS_MAX = 4;

  @Parameters(
      index = "0",
      paramLabel = "TABLE[.COLUMN]",
      description = "A table or view by its full name; with --impact also a function.")
  private String name = "";

  @ArgGroup private @Nullable Question question;

  @Option(names = "--depth", paramLabel = "N", description = "Steps to go (default: to the end).")
  private @Nullable Integer depth;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "As it was then, in UTC unless it names a zone (default: now).")
  private @Nullable Instant at;

  @Option(
      names = "--only-direct",
      description = "Of a column, only what its values come from, not what decides about rows.")
  private boolean onlyDirect;

  /** At most one of them. */
  private static final class Question {
    @Option(names = "--upstream", description = "Only what it is made from.")
    private boolean upstream;

    @Option(names = "--downstream", description = "Only what is made from it.")
    private boolean downstream;

    @Option(names = "--impact", description = "What dropping or retyping it would touch.")
    private boolean impact;
  }

  CatalogLineageCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    String[] parts = name.split("\\.", PARTS_MAX);
    if (parts.length < PARTS_MAX - 1) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          name + " is no full name of a table",
          "write it like main.sales.orders, and a column like main.sales.orders.email");
    }
    String table = String.join(".", parts[0], parts[1], parts[2]);
    String column = parts.length == PARTS_MAX ? parts[PARTS_MAX - 1] : "";
    if (question != null && question.impact) {
      if (depth != null || at != null || onlyDirect) {
        throw new MillraceException(
            ErrorCode.OPTION_INVALID,
            "--impact is of now and goes to the end",
            "leave --depth, --at and --only-direct out");
      }
      JsonNode answer = impact(catalog, table, column);
      show(answer, () -> ImpactText.lines(answer));
    } else {
      JsonNode answer = around(catalog, table, column);
      boolean up = question == null || question.upstream;
      boolean down = question == null || question.downstream;
      show(answer, () -> new LineageTree(answer).lines(up, down));
    }
  }

  private void show(JsonNode answer, Supplier<List<String>> lines) {
    if (json()) {
      print(answer);
    } else {
      lines.get().forEach(console().out()::println);
    }
  }

  private JsonNode around(CatalogClient catalog, String table, String column) {
    Map<String, String> query = new LinkedHashMap<>();
    if (question != null) {
      query.put("direction", question.upstream ? "upstream" : "downstream");
    }
    if (depth != null) {
      query.put("depth", depth.toString());
    }
    if (at != null) {
      query.put("at", at.toString());
    }
    if (onlyDirect) {
      query.put("only_direct", "true");
    }
    return catalog.get(
        LINEAGE
            + "/tables/"
            + CatalogClient.segment(table)
            + (column.isEmpty() ? "" : "/columns/" + CatalogClient.segment(column)),
        query);
  }

  private static JsonNode impact(CatalogClient catalog, String table, String column) {
    if (!column.isEmpty()) {
      return catalog.get(
          LINEAGE + "/impact/tables/" + CatalogClient.segment(table),
          Map.of("column_name", column));
    }
    boolean function =
        new CatalogSecurable(SecurableType.TABLE, table).find(catalog).isEmpty()
            && new CatalogSecurable(SecurableType.FUNCTION, table).find(catalog).isPresent();
    return catalog.get(
        LINEAGE
            + (function ? "/impact/functions/" : "/impact/tables/")
            + CatalogClient.segment(table));
  }
}
