package io.millrace.gateway.cli;

import io.millrace.delta.DeltaTableSpec;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * Java that a page shows, compiled and run as the body of a method. What it names and does not
 * declare is there: {@code tables}, a session in batch mode; {@code rows} of a job, their {@code
 * rowType}, and the {@code spec} of a table for them.
 */
final class PageCode {
  private static final String NAME = "FromThePage";
  private static final String SOURCE =
      """
      import io.millrace.delta.*;
      import io.millrace.delta.dml.*;
      import io.millrace.delta.parquet.*;
      import io.millrace.delta.sink.*;
      import java.util.*;
      import org.apache.flink.streaming.api.datastream.DataStream;
      import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
      import org.apache.flink.table.data.RowData;
      import org.apache.flink.table.types.logical.RowType;

      public final class FromThePage {
        public static void run(
            StreamTableEnvironment tables,
            DataStream<RowData> rows,
            RowType rowType,
            DeltaTableSpec spec)
            throws Exception {
          %s
        }
      }
      """;

  private final Path folder;
  private final StreamTableEnvironment tables;

  /**
   * @param folder for what is compiled
   * @param tables in batch mode
   */
  PageCode(Path folder, StreamTableEnvironment tables) {
    this.folder = folder;
    this.tables = tables;
  }

  /**
   * @throws AssertionError if it does not compile, with what the compiler says
   */
  void run(String body) throws Exception {
    Path classes = Files.createTempDirectory(folder, "page");
    Path file = Files.writeString(classes.resolve(NAME + ".java"), SOURCE.formatted(body));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
      if (!compiler
          .getTask(said, files, null, options, null, files.getJavaFileObjects(file))
          .call()) {
        throw new AssertionError(said);
      }
    }
    RowType type =
        RowType.of(
            new LogicalType[] {
              new BigIntType(), VarCharType.STRING_TYPE, new DateType(), VarCharType.STRING_TYPE
            },
            new String[] {"id", "name", "day", "country"});
    // Of an environment of its own: what the page builds here is not for the session's jobs.
    DataStream<RowData> rows =
        StreamExecutionEnvironment.createLocalEnvironment(1)
            .fromData(InternalTypeInfo.of(type), (RowData) new GenericRowData(4));
    var spec =
        new DeltaTableSpec(
            "t", folder.resolve("t").toString(), "page/t", type, List.of(), Map.of());
    try (var loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, PageCode.class.getClassLoader())) {
      loader
          .loadClass(NAME)
          .getMethod(
              "run",
              StreamTableEnvironment.class,
              DataStream.class,
              RowType.class,
              DeltaTableSpec.class)
          .invoke(null, tables, rows, type, spec);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception failure ? failure : e;
    }
  }
}
