package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.ChangeFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.source.FileRows;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change data of a commit that replaces rows, told from the rows that it takes away and those
 * that it brings, as they are stored: a key that has both is an update, one that has one of them a
 * delete or an insert. So whatever happened to a key since the version before is one change, and
 * none if nothing is left of it.
 *
 * <p>A commit that only brings rows, or only takes some away, lists none: its added and removed
 * files tell the same. Not thread-safe.
 */
final class UpsertChanges {
  private static final Logger LOG = LoggerFactory.getLogger(UpsertChanges.class);
  private static final int LISTERS_MAX = 4;
  private static final long PARALLEL_BYTES_MIN = 4L << 20;
  private static final Written NOTHING = new Written(List.of(), List.of(), List.of(), List.of());

  private final DeltaTableSpec spec;
  private final TableLog table;

  /** What was written for an attempt that another writer was faster than. */
  private Written last = NOTHING;

  private record Written(
      List<TableField> fields,
      List<ChangedRows> gone,
      List<ChangedRows> come,
      List<ChangeFile> files) {
    boolean isOf(List<TableField> otherFields, CommitPlan plan) {
      return fields.equals(otherFields) && same(gone, plan.gone()) && same(come, plan.come());
    }

    private static boolean same(List<ChangedRows> one, List<ChangedRows> other) {
      return one.size() == other.size()
          && IntStream.range(0, one.size()).allMatch(i -> one.get(i).sameRows(other.get(i)));
    }
  }

  UpsertChanges(DeltaTableSpec spec, TableLog table) {
    this.spec = requireNonNull(spec, "spec is null");
    this.table = requireNonNull(table, "table is null");
  }

  /**
   * The files that list what a plan changes; none if the table keeps no change data.
   *
   * @throws io.millrace.catalog.MillraceException FILE_NOT_FOUND or TABLE_CORRUPT naming a data
   *     file; DISK_FULL, IO_FAILED
   */
  List<ChangeFile> of(CommitPlan plan) {
    if (plan.gone().isEmpty() || plan.come().isEmpty()) {
      discard();
      return List.of();
    }
    List<TableField> fields = table.fields();
    if (!last.isOf(fields, plan)) {
      discard();
      last = new Written(fields, plan.gone(), plan.come(), write(fields, plan));
    }
    return last.files();
  }

  /** The files of the last plan are part of the table, or may be. */
  void keep() {
    last = NOTHING;
  }

  /** Deletes files that no version names. */
  void discard() {
    ChangeFileWriter.discard(spec.path(), last.files());
    last = NOTHING;
  }

  private List<ChangeFile> write(List<TableField> fields, CommitPlan plan) {
    List<ChangeLister> listers = new ArrayList<>();
    List<ChangeFile> files = new ArrayList<>();
    boolean whole = false;
    try {
      KeyTable brought = broughtKeys(fields, plan.come());
      ColumnNames names = table.writeRules().names();
      int count = listers(plan);
      for (int i = 0; i < count; i++) {
        listers.add(new ChangeLister(spec, fields, names, brought, i));
      }
      run(listers, plan.gone(), ChangeLister::listGone);
      run(listers, plan.come(), ChangeLister::listCome);
      for (ChangeLister lister : listers) {
        files.addAll(lister.finish());
      }
      whole = true;
      return files;
    } catch (IOException e) {
      throw StorageFailure.of("writing change data of table " + spec.name(), spec.path(), e);
    } finally {
      close(listers);
      if (!whole) {
        ChangeFileWriter.discard(spec.path(), files);
      }
    }
  }

  /** One, unless there is so much to read that it would hold the next commits up. */
  private static int listers(CommitPlan plan) {
    long bytes =
        Stream.concat(plan.gone().stream(), plan.come().stream())
            .mapToLong(rows -> rows.file().sizeBytes())
            .sum();
    int useful = Math.max(plan.gone().size(), plan.come().size());
    return bytes < PARALLEL_BYTES_MIN
        ? 1
        : Math.min(useful, Math.min(LISTERS_MAX, Runtime.getRuntime().availableProcessors()));
  }

  private interface Work {
    void on(ChangeLister lister, ChangedRows rows) throws IOException;
  }

  /** Lets each lister take a file after the other until none is left. */
  private static void run(List<ChangeLister> listers, List<ChangedRows> files, Work work)
      throws IOException {
    if (listers.size() == 1) {
      for (ChangedRows file : files) {
        work.on(listers.get(0), file);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    List<Callable<@Nullable Void>> tasks = new ArrayList<>();
    for (ChangeLister lister : listers) {
      tasks.add(
          () -> {
            for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
              work.on(lister, files.get(i));
            }
            return null;
          });
    }
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<@Nullable Void> task : pool.invokeAll(tasks)) {
        task.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while changed rows were listed");
    } finally {
      pool.shutdownNow();
    }
  }

  private static void close(List<ChangeLister> listers) {
    for (ChangeLister lister : listers) {
      try {
        lister.close();
      } catch (IOException e) {
        LOG.warn("A file that no version names could not be deleted", e);
      }
    }
  }

  /** The keys of all rows that come, so that rows that go need not be kept to be told apart. */
  private KeyTable broughtKeys(List<TableField> fields, List<ChangedRows> come) throws IOException {
    List<TableField> keyFields =
        spec.primaryKey().stream()
            .map(
                column ->
                    fields.stream().filter(f -> f.name().equals(column)).findFirst().orElseThrow())
            .toList();
    FileRows rows = new FileRows(spec.path(), keyFields);
    RowKeys keys = new RowKeys(rows.rowType(), IntStream.range(0, keyFields.size()).toArray());
    KeyTable brought = keys.newTable(1);
    for (ChangedRows file : come) {
      rows.visitWithout(
          file.file(), file.rows(), (position, row) -> keys.insert(brought, keys.hash(row), row));
    }
    return brought;
  }
}
