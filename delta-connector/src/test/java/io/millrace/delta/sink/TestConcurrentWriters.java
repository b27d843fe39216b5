package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.appends;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static io.millrace.delta.sink.CommitterFixture.upserts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.KernelTableReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestConcurrentWriters {
  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  private DeltaTableSpec sink(DeltaTableSpec spec, String id) {
    return new DeltaTableSpec(
        spec.name(), spec.path(), id, spec.rowType(), spec.primaryKey(), spec.properties());
  }

  /** delta.md 9: "second writer while the job has watermarks". */
  @Test
  void othersMaySetPropertiesAndAppendBetweenOurCommits() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      long id = 0;
      for (int i = 1; i <= 10; i++) {
        assertThat(committer.commit(adds("a", i, i, file("a" + i + ".parquet", ++id))))
            .isInstanceOf(CommitOutcome.Committed.class);
        if (i % 2 == 0) {
          other.setProperty("owner", "somebody-" + i);
        }
        other.append(file("o" + i + ".parquet", ++id));
      }
      assertThat(committer.version()).isLessThan(other.latestVersion());
    }
    assertThat(ids(table()))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    assertThat(KernelTableReader.describe(table().toString()).properties())
        .containsEntry("owner", "somebody-10")
        .containsEntry("delta.setTransactionRetentionDuration", "interval 30 days");
  }

  /** Our commits carry no metadata, so that another writer's transaction is rebased over them. */
  @Test
  void anotherWritersOpenTransactionSurvivesOurCommits() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      Runnable pending = other.beginAppend(file("o.parquet", 100));
      committer.commit(adds("a", 1, 1, file("a1.parquet", 1)));
      committer.commit(adds("a", 2, 2, file("a2.parquet", 2)));
      pending.run();
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 100L);
  }

  /** delta.md 9: "upsert, parallelism 2, one file: 2,000 rows instead of 1,000". */
  @Test
  void twoWritersSupersedingRowsOfOneFileMerge() throws IOException {
    try (TableCommitter one = TableCommitter.open(sink(upserts(table()), "one"));
        TableCommitter two = TableCommitter.open(sink(upserts(table()), "two"))) {
      one.commit(adds("a", 1, 1, file("f.parquet", LongStream.range(0, 1000).toArray())));
      // Two knows nothing of that commit yet; then both change the same vector in turns.
      two.commit(adds("b", 1, 1, file("g.parquet", 5000)));
      for (int i = 0; i < 10; i++) {
        one.commit(change("a", 2 + i, 2 + i, List.of(), List.of(rows("f.parquet", i))));
        two.commit(change("b", 2 + i, 2 + i, List.of(), List.of(rows("f.parquet", 500 + i))));
      }
    }
    List<Long> expected =
        LongStream.concat(
                LongStream.range(0, 1000).filter(id -> id % 500 >= 10), LongStream.of(5000))
            .boxed()
            .toList();
    assertThat(ids(table())).containsExactlyElementsOf(expected);
    assertThat(KernelTableReader.describe(table().toString()).files()).isEqualTo(2);
    try (Stream<Path> files = Files.list(table())) {
      assertThat(files.filter(file -> file.toString().endsWith(".bin")))
          .as("one file of vectors for each commit that changed them, none of lost attempts")
          .hasSize(20);
    }
  }

  /** The same rows superseded twice are deleted once. */
  @Test
  void rowsThatAnotherWriterDeletedMeanwhileStayDeleted() {
    try (TableCommitter one = TableCommitter.open(sink(upserts(table()), "one"));
        TableCommitter two = TableCommitter.open(sink(upserts(table()), "two"))) {
      one.commit(adds("a", 1, 1, file("f.parquet", 1, 2, 3)));
      two.commit(change("b", 1, 1, List.of(), List.of(rows("f.parquet", 0, 1))));
      one.commit(change("a", 2, 2, List.of(), List.of(rows("f.parquet", 1))));
      assertThat(one.version()).isEqualTo(3);
    }
    assertThat(ids(table())).containsExactly(3L);
  }

  @Test
  void aFileThatAnotherWriterRewroteIsAConflict() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2), file("f2.parquet", 3)));
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f2.parquet"))));
      other.rewrite(List.of("f1.parquet", "f2.parquet"), file("compacted.parquet", 1, 2, 3));

      assertThatThrownBy(
              () -> committer.commit(change("a", 3, 3, List.of(), List.of(rows("f1.parquet", 0)))))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                assertThat(e.remedy()).contains("do not delete or rewrite rows");
              })
          .hasMessageContaining(
              "rows of file f1.parquet are to be replaced in table orders, but the file is not in "
                  + "version 3 of it: another writer rewrote or removed it "
                  + "(it was added in version 1)");
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void appendsGoOnBesideARewrite() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1), file("f2.parquet", 2)));
      other.rewrite(List.of("f1.parquet", "f2.parquet"), file("compacted.parquet", 1, 2));
      assertThat(committer.commit(adds("a", 2, 2, file("f3.parquet", 3))))
          .isEqualTo(new CommitOutcome.Committed(3));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aColumnAddedByAnotherWriterIsLeftNull() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1)));
      other.replaceSchema(rowType(new BigIntType(), new VarCharType(), new IntType()));

      committer.commit(adds("a", 2, 2, file("f2.parquet", 2)));
    }
    assertThat(ids(table())).containsExactly(1L, 2L);
    try (var rows = KernelTableReader.open(table().toString()).rows()) {
      assertThat(rows.next()).containsEntry("extra", null);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aColumnThatChangedItsTypeStopsTheSinkBeforeAnyWrite() {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1)));
      other.replaceSchema(rowType(new IntType(), new VarCharType(), new IntType(false)));

      assertThatThrownBy(() -> committer.commit(adds("a", 2, 2, file("f2.parquet", 2))))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_CHANGED))
          .hasMessageContaining(
              "table orders does not fit what is written to it: "
                  + "column id is integer in the table, long is written; "
                  + "column extra is NOT NULL in the table and is not written");
    }
    assertThat(new ForeignWriter(table()).latestVersion()).isEqualTo(2);
  }

  /** Fault 18: what another writer may do to a column that a running job writes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          dropped; id BIGINT; column name is not in the table
          renamed; id BIGINT, title STRING; column name is not in the table
          wider;   id DECIMAL(20, 0), name STRING; column id is Decimal(20, 0) in the table, long is written
          """)
  void aColumnThatIsNotWhatItWasStopsTheSinkBeforeAnyWrite(
      String how, String columns, String problem) {
    ForeignWriter other = new ForeignWriter(table());
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1)));
      other.replaceSchema(
          (RowType) LogicalTypeParser.parse("ROW<" + columns + ">", getClass().getClassLoader()));

      assertThatThrownBy(() -> committer.commit(adds("a", 2, 2, file("f2.parquet", 2))))
          .as(how)
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_CHANGED))
          .hasMessageContaining(problem);
    }
    assertThat(new ForeignWriter(table()).latestVersion()).isEqualTo(2);
  }

  private static RowType rowType(LogicalType id, LogicalType name, LogicalType extra) {
    return RowType.of(new LogicalType[] {id, name, extra}, new String[] {"id", "name", "extra"});
  }

  /** Fault 15: many writers of one table, each with its own connection to it. */
  @Test
  void eightAppendersAllGetThrough() throws Exception {
    int writers = 8;
    int commits = 15;
    TableCommitter.open(appends(table())).close();
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      List<Callable<Integer>> work = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        work.add(
            () -> {
              try (TableCommitter committer =
                  TableCommitter.open(sink(appends(table()), "sink-" + writer))) {
                for (int i = 1; i <= commits; i++) {
                  long id = writer * 1000L + i;
                  committer.commit(adds("e", i, i, file("w" + id + ".parquet", id)));
                }
              }
              return commits;
            });
      }
      for (Future<Integer> done : pool.invokeAll(work)) {
        assertThat(done.get()).isEqualTo(commits);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(ids(table())).hasSize(writers * commits).doesNotHaveDuplicates();
    assertThat(new ForeignWriter(table()).latestVersion()).isEqualTo((long) writers * commits);
  }

  @Test
  void creatorsThatStartAtTheSameTimeMakeOneTable() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 10; round++) {
        Path fresh = folder.resolve("race-" + round);
        List<Callable<Long>> work = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
          work.add(
              () -> {
                try (TableCommitter committer = TableCommitter.open(appends(fresh))) {
                  return committer.version();
                }
              });
        }
        for (Future<Long> opened : pool.invokeAll(work)) {
          assertThat(opened.get()).isZero();
        }
        assertThat(new ForeignWriter(fresh).latestVersion()).isZero();
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
