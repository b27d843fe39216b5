package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.Failures.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.flink.rest.TokenSource;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.DeltaTables;
import io.millrace.delta.kernel.TableComments;
import io.millrace.delta.kernel.TableDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that are Unity Catalog's and not Millrace's: their functions, models, and limits. */
class TestOtherServers {
  private static final String API = "/api/2.1/unity-catalog";

  @TempDir private Path folder;
  private FixedServer server;

  @BeforeEach
  void start() throws Exception {
    server = new FixedServer();
    server.answer("GET /catalogs/main", 200, "{\"name\":\"main\"}");
    server.answer("GET /schemas/main.default", 200, "{\"name\":\"default\"}");
    server.answer("GET /functions", 200, "{\"functions\":[]}");
    server.answer("GET /metastore_summary", 200, "{\"metastore_id\":\"m\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MillraceCatalog catalog() {
    return new MillraceCatalog(
        "main", CatalogSettings.of(server.uri(), "main"), TokenSource.none());
  }

  private Session session(boolean batch) {
    Session session = new Session(batch);
    session.tables().registerCatalog("main", catalog());
    session.run("USE CATALOG main");
    return session;
  }

  @Test
  void functionsThatAreWrittenInSqlAreCalled() throws Exception {
    server.functions("price", "tag", "one_more", "many");
    server.answer(
        "GET /functions/main.default.many",
        200,
        "{\"name\":\"many\",\"full_data_type\":\"int\",\"routine_body\":\"SQL\","
            + "\"routine_definition\":\"CARDINALITY(a)\",\"input_params\":{\"parameters\":"
            + "[{\"name\":\"a\",\"type_text\":\"array<int>\"}]}}");
    server.answer(
        "GET /functions/main.default.one_more",
        200,
        "{\"name\":\"one_more\",\"full_data_type\":\"bigint\",\"routine_body\":\"SQL\","
            + "\"routine_definition\":\"1\",\"input_params\":{}}");
    server.answer(
        "GET /functions/main.default.price",
        200,
        """
        {"name":"price","data_type":"DECIMAL","full_data_type":"DECIMAL(12,2)","routine_body":"SQL",
         "routine_definition":"RETURN amount * (1 + COALESCE(rate, 0.10)) ","is_deterministic":true,
         "input_params":{"parameters":[
          {"name":"rate","type_text":"decimal(4,2)","position":1},
          {"name":"amount","type_text":"decimal(10,2)","position":0}]}}
        """);
    server.answer(
        "GET /functions/main.default.tag",
        200,
        """
        {"name":"tag","full_data_type":"string","routine_body":"SQL",
         "routine_definition":"UPPER(r.name) || '-' || CAST(CARDINALITY(a) AS STRING)",
         "input_params":{"parameters":[
          {"name":"r","type_text":"struct<name:string>","position":0},
          {"name":"a","type_text":"array<int>","position":1}]}}
        """);
    for (boolean batch : new boolean[] {true, false}) {
      Session sql = session(batch);
      assertThat(
              sql.first(
                  "SELECT price(CAST(x AS DECIMAL(10, 2)), y),"
                      + " main.`default`.tag(ROW('a'), ARRAY[1, 2]), one_more(), many(ARRAY[1, 2, 3])"
                      + " FROM (VALUES (100, 0.5), (10, CAST(NULL AS DECIMAL(2, 1)))) AS t (x, y)",
                  2))
          .containsExactlyInAnyOrder("+I[150.00, A-2, 1, 3]", "+I[11.00, A-2, 1, 3]");
    }
  }

  @Test
  void whatFlinkCannotCallIsListedAndRefusedByName() throws Exception {
    server.functions("py", "many");
    server.answer(
        "GET /functions/main.default.py",
        200,
        "{\"name\":\"py\",\"full_data_type\":\"int\",\"routine_body\":\"EXTERNAL\","
            + "\"routine_definition\":\"return 1\"}");
    server.answer(
        "GET /functions/main.default.many",
        200,
        "{\"name\":\"many\",\"data_type\":\"TABLE_TYPE\",\"full_data_type\":\"a int\","
            + "\"routine_body\":\"SQL\",\"routine_definition\":\"SELECT 1\"}");
    server.answer("GET /models", 200, "{\"registered_models\":[{\"name\":\"fraud\"}]}");
    server.answer("GET /models/main.default.fraud", 200, "{\"name\":\"fraud\"}");
    Session sql = session(true);

    assertThat(sql.rows("SHOW USER FUNCTIONS")).containsExactly("+I[many]", "+I[py]");
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "function main.default.py is not written in SQL, and cannot be called from Flink",
        () -> sql.rows("SELECT py()"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "function main.default.many returns a table",
        () -> sql.rows("SELECT many()"));
    assertThat(sql.rows("SHOW MODELS")).containsExactly("+I[fraud]");
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "model default.fraud has no input and output columns in Unity Catalog",
        () -> sql.rows("DESCRIBE MODEL fraud"));
  }

  @Test
  void whatOnlyMillracesServerHasIsRefusedAndTheRestWorks() throws Exception {
    Path place = folder.resolve("t");
    RowType row = RowType.of(false, new IntType[] {new IntType()}, new String[] {"id"});
    DeltaTables.create(
        TableDefinition.of(
            new DeltaTableSpec("t", place.toString(), "t", row, List.of(), Map.of())),
        TableComments.NONE);
    server.answer(
        "GET /tables/main.default.t",
        200,
        """
        {"name":"t","catalog_name":"main","schema_name":"default","table_type":"EXTERNAL",
         "data_source_format":"DELTA","table_id":"7","storage_location":"%s","unheard_of":[{}],
         "columns":[{"name":"old","type_text":"int","type_name":"INT","position":0}]}
        """
            .formatted(place.toUri()));
    server.answer("POST " + API + "/temporary-table-credentials", 200, "{}");
    Session stream = session(false);
    Session sql = session(true);

    stream.insert("INSERT INTO t VALUES (1)");
    assertThat(sql.rows("SELECT id FROM t")).containsExactly("+I[1]");
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "has no call for telling why somebody may or may not do something",
        () -> sql.run("ALTER TABLE t ADD more INT"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "has no call for changing a table or view",
        () -> sql.run("ALTER TABLE t RENAME TO u"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "has no call for showing privileges that are inherited",
        () ->
            sql.rows(
                "CALL sys.show_grants(securable_type => 'table', securable => 't',"
                    + " effective => TRUE)"));
    assertThat(server.asked().stream().filter(it -> it.contains("/access/why")))
        .as("is asked once for each catalog")
        .hasSize(1);
    assertThat(sql.rows("DESCRIBE t")).containsExactly("+I[id, INT, true, null, null, null]");
  }

  @Test
  void tablesOfOtherFormatsAreListedAndRefusedByName() throws Exception {
    server.answer(
        "GET /tables",
        200,
        "{\"tables\":[{\"name\":\"c\",\"table_type\":\"EXTERNAL\"}],\"next_page_token\":\"p\"}");
    server.answer("GET /tables", 200, "{\"tables\":[{\"name\":\"a\",\"table_type\":\"VIEW\"}]}");
    server.answer(
        "GET /tables/main.default.c",
        200,
        """
        {"name":"c","catalog_name":"main","schema_name":"default","table_type":"EXTERNAL",
         "data_source_format":"CSV","table_id":"8","storage_location":"file:///c"}
        """);

    assertThat(catalog().listTables("default")).containsExactly("a", "c");
    refused(
        ErrorCode.TABLE_UNSUPPORTED,
        "table main.default.c (external) has the format CSV, which is not read here",
        () -> session(true).rows("SELECT * FROM c"));
  }

  @Test
  void aServerThatIsBusyIsAskedAgainAboutWhatChangesNothing() throws Exception {
    server.answer("GET /tables/main.default.x", 503, "");
    server.answer("GET /tables/main.default.x", 429, "");
    server.answer(
        "GET /tables/main.default.x",
        404,
        "{\"error_code\":\"TABLE_NOT_FOUND\",\"message\":\"none\"}");
    server.answer(
        "POST " + API + "/schemas", 503, "{\"error_code\":\"UNAVAILABLE\",\"message\":\"busy\"}");

    assertThat(catalog().tableExists(new ObjectPath("default", "x"))).isFalse();
    refused(
        ErrorCode.CATALOG_UNREACHABLE,
        "busy (UNAVAILABLE to POST /api/2.1/unity-catalog/schemas at " + server.uri(),
        () -> session(true).run("CREATE DATABASE d"));

    assertThat(server.asked().stream().filter(it -> it.endsWith("main.default.x"))).hasSize(3);
    assertThat(server.asked().stream().filter(it -> it.equals("POST " + API + "/schemas")))
        .hasSize(1);
  }
}
