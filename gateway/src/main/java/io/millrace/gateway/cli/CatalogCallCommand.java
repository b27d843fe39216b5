package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.http.CatalogClient;
import io.millrace.gateway.status.StatusTable;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Mixin;

/** A command that asks a catalog something, or tells it something. */
abstract class CatalogCallCommand extends JsonCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COMMENT_CHARACTERS_MAX = 60;

  @Mixin private final CatalogOptions options = new CatalogOptions();

  CatalogCallCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    run(options.connect());
    return 0;
  }

  /** Does what the command is for. */
  abstract void run(CatalogClient catalog);

  final CatalogOptions options() {
    return options;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  final void print(JsonNode document) {
    console().out().println(Printable.json(document));
  }

  final void say(String text) {
    console().out().println(Printable.line(text));
  }

  /** Rows under each other, the first of which has the headings. */
  final void printTable(List<List<String>> rows) {
    StatusTable.align(rows.stream().map(row -> row.stream().map(Printable::line).toList()).toList())
        .forEach(console().out()::println);
  }

  /** A field's text, or a dash. */
  static String text(JsonNode document, String field) {
    String text = document.path(field).asText("");
    return text.isEmpty() ? "-" : text;
  }

  /** The beginning of a comment, which may be of any length. */
  static String comment(JsonNode document) {
    return Printable.line(text(document, "comment"), COMMENT_CHARACTERS_MAX);
  }

  /** A field with milliseconds since 1970. */
  static String time(JsonNode document, String field) {
    long millis = document.path(field).asLong(-1);
    return millis < 0 ? "-" : Instant.ofEpochMilli(millis).toString();
  }
}
