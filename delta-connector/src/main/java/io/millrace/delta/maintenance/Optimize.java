package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.CommitTurn;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.DeletionVectorStore;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.RewriteTail;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.maintenance.RewrittenBin.Replacement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs small files into larger ones, or orders the rows of all files along a Z curve, and leaves
 * deleted rows behind, while others go on writing the table. The rows of the table stay what they
 * are.
 *
 * <p>What others append meanwhile is not touched. Rows that others delete meanwhile in a file that
 * is being rewritten are deleted in the new file, too. If another writer removed a file, its bin
 * alone is planned again. Before the commit nothing is visible; a process that is killed leaves
 * files that the next vacuum removes.
 */
public final class Optimize {
  private static final Logger LOG = LoggerFactory.getLogger(Optimize.class);
  private static final String TARGET_SIZE = "delta.targetFileSize";
  private static final long DEFAULT_TARGET_BYTES = 128L << 20;
  private static final int ROUNDS_MAX = 5;
  private static final int ATTEMPTS_MAX = 200;

  private final MaintainedTable table;
  private final OptimizeOptions options;
  private final Progress progress;
  private final Optional<StreamExecutionEnvironment> cluster;
  private final OptimizeMetrics total = new OptimizeMetrics();
  private final long startMillis;
  private long version;
  private long commits;
  private long conflicts;

  private Optimize(
      MaintainedTable table,
      OptimizeOptions options,
      Progress progress,
      Optional<StreamExecutionEnvironment> cluster) {
    this.table = requireNonNull(table, "table is null");
    this.options = requireNonNull(options, "options is null");
    this.progress = requireNonNull(progress, "progress is null");
    this.cluster = requireNonNull(cluster, "cluster is null");
    this.startMillis = table.clock().millis();
  }

  /**
   * Optimizes a table.
   *
   * @throws MillraceException COMMIT_CONFLICT if other writers removed the files again and again;
   *     SCHEMA_CHANGED if the columns changed meanwhile; COLUMN_NOT_FOUND if {@code where} names
   *     one that is no partition column, or {@code zOrderBy} one that is none; TYPE_UNSUPPORTED;
   *     TABLE_UNSUPPORTED; TABLE_CORRUPT naming the file that cannot be read; DISK_FULL, IO_FAILED
   */
  public static OptimizeReport run(
      MaintainedTable table, OptimizeOptions options, Progress progress) {
    return new Optimize(table, options, progress, Optional.empty()).run();
  }

  /**
   * As {@link #run(MaintainedTable, OptimizeOptions, Progress)}, by a batch job that rewrites
   * groups of files where there are slots, and one commit here. Rows are ordered in this process.
   *
   * @throws MillraceException also PIPELINE_FAILED if the job did
   */
  public static OptimizeReport runOn(
      StreamExecutionEnvironment cluster,
      MaintainedTable table,
      OptimizeOptions options,
      Progress progress) {
    return new Optimize(table, options, progress, Optional.of(cluster)).run();
  }

  private OptimizeReport run() {
    TableState state = table.latest();
    requirePartitionColumns(state);
    requireOrderable(state);
    version = state.version();
    long target = options.targetBytes().orElseGet(() -> targetBytes(state));
    List<LiveFile> considered = considered(state);
    List<Bin> bins = plan(considered, target);
    if (options.dryRun() || bins.isEmpty()) {
      for (Bin bin : bins) {
        total.removed(bin.files());
      }
      return report(considered.size(), bins);
    }
    rewrite(state, bins, target);
    return report(considered.size(), bins);
  }

  private void requirePartitionColumns(TableState state) {
    for (String column : options.where().keySet()) {
      if (!state.partitionColumns().contains(column)) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table %s is not partitioned by %s".formatted(table.path(), column),
            state.partitionColumns().isEmpty()
                ? "leave the condition out"
                : "name one of " + String.join(", ", state.partitionColumns()));
      }
    }
  }

  private void requireOrderable(TableState state) {
    if (options.zOrderBy().isEmpty()) {
      return;
    }
    if (state.isClustered()) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s is clustered by columns of its own, and cannot be Z-ordered by others"
              .formatted(table.path()),
          "optimize it without columns to order by");
    }
    ZOrderRewrite.requireColumns(state, table.path(), options.zOrderBy());
  }

  private List<Bin> plan(Collection<LiveFile> files, long target) {
    return options.zOrderBy().isEmpty()
        ? Bin.pack(files, target, options.purge())
        : Bin.partitions(files);
  }

  private Rewriter rewriter(long target) {
    if (!options.zOrderBy().isEmpty()) {
      return new ZOrderRewrite(
          table.path(), options.zOrderBy(), target, options.threads(), progress);
    }
    return cluster.isPresent()
        ? new JobRewrite(table.path(), target, cluster.get(), progress)
        : new BinRewrite(table.path(), target, options.threads(), progress);
  }

  private List<LiveFile> considered(TableState state) {
    Map<String, String> wanted = new HashMap<>();
    options.where().forEach((column, value) -> wanted.put(state.inFiles(column), value));
    return state.files().values().stream()
        .filter(file -> file.partitionValues().entrySet().containsAll(wanted.entrySet()))
        .toList();
  }

  private static long targetBytes(TableState state) {
    return state.property(TARGET_SIZE).map(ByteSize::parse).orElse(DEFAULT_TARGET_BYTES);
  }

  private void rewrite(TableState first, List<Bin> all, long target) {
    TableState state = first;
    List<Bin> bins = all;
    for (int round = 1; round <= ROUNDS_MAX && !bins.isEmpty(); round++) {
      Set<String> lost;
      try (Rewriter rewriter = rewriter(target)) {
        lost = commit(state, rewriter.run(state, bins));
      }
      if (lost.isEmpty()) {
        return;
      }
      state = table.latest();
      Collection<LiveFile> again =
          state.files().values().stream().filter(file -> lost.contains(file.path())).toList();
      bins = plan(again, target);
    }
    if (!bins.isEmpty()) {
      throw new MillraceException(
          ErrorCode.COMMIT_CONFLICT,
          ("%d groups of files of table %s could not be rewritten: others removed some of them %d"
                  + " times in a row; %d commits were made")
              .formatted(bins.size(), table.path(), ROUNDS_MAX, commits),
          "run it again when the table's other writers rewrite less");
    }
  }

  /**
   * Commits what can be committed.
   *
   * @return paths of the files of bins that cannot
   */
  private Set<String> commit(TableState planned, List<RewrittenBin> rewritten) {
    RewriteTail others = new RewriteTail(table.path(), planned.version());
    Set<String> moved = new HashSet<>();
    try (CommitTurn turn = CommitTurn.at(table.path())) {
      for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        turn.before(attempt);
        TableState now = table.latest();
        requireSameColumns(planned, now, rewritten);
        others.poll().forEach(rewrite -> moved.addAll(rewrite.removed()));
        if (others.version() < now.version()) {
          // Entries are gone that would say what became of files: plan from what there is now.
          return giveUp(rewritten);
        }
        StoredRows rows = now.storedRows();
        List<Replacement> replacements = new ArrayList<>();
        List<RewrittenBin> lost = new ArrayList<>();
        for (RewrittenBin bin : rewritten) {
          bin.against(now, rows, moved).ifPresentOrElse(replacements::add, () -> lost.add(bin));
        }
        if (replacements.isEmpty() || replace(now, replacements)) {
          return giveUp(lost);
        }
      }
    }
    rewritten.forEach(bin -> OutputFiles.discard(table.path(), bin.outputs()));
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "rewritten files could not be committed to table %s: others were faster %d times in a row"
            .formatted(table.path(), ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private void requireSameColumns(
      TableState planned, TableState now, List<RewrittenBin> rewritten) {
    if (now.sameColumns(planned)) {
      return;
    }
    rewritten.forEach(bin -> OutputFiles.discard(table.path(), bin.outputs()));
    throw new MillraceException(
        ErrorCode.SCHEMA_CHANGED,
        "the columns of table %s changed between versions %d and %d, while its files were rewritten"
            .formatted(table.path(), planned.version(), now.version()),
        "run it again");
  }

  private Set<String> giveUp(List<RewrittenBin> lost) {
    Set<String> paths = new HashSet<>();
    for (RewrittenBin bin : lost) {
      bin.sources().forEach(source -> paths.add(source.file().path()));
      OutputFiles.discard(table.path(), bin.outputs());
    }
    conflicts += lost.size();
    if (!lost.isEmpty()) {
      LOG.info(
          "Others removed files that were being rewritten, planning these again: table={}, bins={}",
          table.path(),
          lost.size());
    }
    return paths;
  }

  private boolean replace(TableState now, List<Replacement> replacements) {
    DeletionVectorStore store = now.deletionVectors();
    List<LiveFile> removed = new ArrayList<>();
    List<LiveFile> added = new ArrayList<>();
    List<Output> changed = new ArrayList<>();
    List<RoaringBitmap> vectors = new ArrayList<>();
    List<Output> emptied = new ArrayList<>();
    for (Replacement replacement : replacements) {
      removed.addAll(replacement.removed());
      for (int i = 0; i < replacement.added().size(); i++) {
        Output output = replacement.added().get(i);
        RoaringBitmap deleted = replacement.deleted().get(i);
        if (deleted.isEmpty()) {
          added.add(output.file());
        } else if (deleted.getLongCardinality() == output.rows()) {
          emptied.add(output);
        } else {
          changed.add(output);
          vectors.add(deleted);
        }
      }
    }
    if (removed.isEmpty()) {
      // Others removed all of the files, with all of their rows.
      OutputFiles.discard(table.path(), emptied);
      return true;
    }
    List<DeletionVector> written = vectors.isEmpty() ? List.of() : store.write(vectors);
    for (int i = 0; i < written.size(); i++) {
      added.add(changed.get(i).file().withDeletionVector(written.get(i)));
    }
    OptimizeMetrics metrics = new OptimizeMetrics();
    metrics.removed(removed);
    metrics.added(added);
    MaintenanceCommit commit =
        new MaintenanceCommit(
            "OPTIMIZE", parameters(), metrics.toMap(), removed, added, false, Optional.empty());
    if (!table.commit(now, commit)) {
      store.discard(written);
      return false;
    }
    OutputFiles.discard(table.path(), emptied);
    total.add(metrics);
    version = now.version() + 1;
    commits++;
    return true;
  }

  /** Lists are JSON in a string, as delta-spark has them. */
  private Map<String, String> parameters() {
    List<String> predicate = new ArrayList<>();
    options.where().forEach((column, value) -> predicate.add(column + " = '" + value + "'"));
    return Map.of(
        "predicate", JsonText.quote(JsonText.list(predicate)),
        "zOrderBy", JsonText.quote(JsonText.list(options.zOrderBy())),
        "clusterBy", JsonText.quote("[]"),
        "auto", "false");
  }

  private OptimizeReport report(long considered, List<Bin> bins) {
    return new OptimizeReport(
        version,
        commits,
        considered,
        bins.size(),
        bins.stream().map(bin -> bin.files().get(0).partitionValues()).distinct().count(),
        total.removed(),
        total.added(),
        total.purgedRows(),
        total.vectors(),
        conflicts,
        startMillis,
        table.clock().millis(),
        options.dryRun());
  }
}
