package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.LocalCatalog.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/catalog-flink.md} tells people to type works, in the order of the page. */
class TestCatalogFlinkPage {
  private static final Path PAGE = Path.of("../../docs/catalog-flink.md");

  /** What statements answer that say more than that they can be run, by how they begin. */
  private static final Map<String, List<String>> ANSWERS =
      Map.of(
          "SELECT customer, amount FROM main.shop.orders",
          List.of("+I[bob, 4.50]"),
          "SHOW PARTITIONS",
          List.of("+I[day=2026-11-22]", "+I[day=2026-11-23]"),
          "SELECT id FROM shop.sales FOR",
          List.of("+I[1]", "+I[2]"),
          "SELECT * FROM shop.by_customer",
          List.of("+I[ann, 10.50]", "+I[bob, 4.50]"),
          "CALL main.sys.show_grants('table', 'shop.sales')",
          List.of(
              "+I[ann@x, MODIFY, table, main.shop.sales]",
              "+I[ann@x, SELECT, table, main.shop.sales]"),
          "CALL main.`system`.`revoke`",
          List.of(),
          "CALL main.sys.merge_into",
          List.of("+I[2, 0, 0, 2]"));

  @TempDir private Path folder;

  private static List<String> statements(List<String> lines) {
    List<String> statements = new ArrayList<>();
    StringBuilder statement = new StringBuilder();
    boolean sql = false;
    for (String line : lines) {
      if (line.startsWith("```")) {
        sql = line.equals("```sql");
      } else if (sql) {
        statement.append(line).append('\n');
        if (line.endsWith(";")) {
          statements.add(statement.substring(0, statement.lastIndexOf(";")).strip());
          statement.setLength(0);
        }
      }
    }
    assertThat(statement.toString().strip()).as("what no semicolon ends").isEmpty();
    return statements;
  }

  @Test
  void everyExampleRuns() throws Exception {
    List<String> statements = statements(Files.readAllLines(PAGE));
    assertThat(statements).hasSizeGreaterThan(25);
    Map<String, List<String>> missing = new HashMap<>(ANSWERS);
    try (LocalCatalog server = LocalCatalog.start(folder)) {
      Path token = folder.resolve("admin.token");
      Files.writeString(token, server.token(ADMIN));
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
      Session session = new Session(true);
      for (String statement : statements) {
        String placed =
            statement
                .replace("http://127.0.0.1:8787", server.uri().toString())
                .replace("/home/me/.millrace/admin.token", token.toString())
                .replace("/data/", folder + "/data/");
        List<String> answer = List.of();
        try {
          if (placed.startsWith("INSERT")) {
            session.insert(placed);
          } else {
            answer = session.rows(placed);
          }
        } catch (Exception e) {
          throw new AssertionError(statement, e);
        }
        for (String known : ANSWERS.keySet()) {
          if (statement.startsWith(known) && missing.remove(known) != null) {
            assertThat(answer).as(statement).isEqualTo(ANSWERS.get(known));
          }
        }
      }
    }
    assertThat(missing).as("what is not in the page").isEmpty();
  }
}
