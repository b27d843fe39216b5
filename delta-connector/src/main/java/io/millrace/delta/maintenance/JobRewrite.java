package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites bins as a job of Flink's, each on whichever task is free. What they wrote comes back to
 * whoever asked, who commits: until then nothing is visible, and if the job fails, what it wrote is
 * for the next vacuum.
 */
final class JobRewrite implements Rewriter {
  private final String tablePath;
  private final long targetBytes;
  private final StreamExecutionEnvironment cluster;
  private final Progress progress;

  JobRewrite(
      String tablePath, long targetBytes, StreamExecutionEnvironment cluster, Progress progress) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.targetBytes = targetBytes;
    this.cluster = requireNonNull(cluster, "cluster is null");
    this.progress = requireNonNull(progress, "progress is null");
  }

  @Override
  public List<RewrittenBin> run(TableState state, List<Bin> bins) {
    long files = bins.stream().mapToLong(bin -> bin.files().size()).sum();
    progress.at("rewriting files", 0, files);
    List<byte[]> tasks = new ArrayList<>(bins.size());
    for (int i = 0; i < bins.size(); i++) {
      tasks.add(RewriteTask.bytes(new RewriteTask.Numbered(i, bins.get(i))));
    }
    int parallelism = Math.min(bins.size(), cluster.getParallelism());
    TreeMap<Integer, RewrittenBin> rewritten = new TreeMap<>();
    long done = 0;
    boolean whole = false;
    try (CloseableIterator<byte[]> results =
        cluster
            .fromData(tasks, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
            .uid("bins")
            .name("bins of " + tablePath)
            .rebalance()
            .map(new Rewrite(tablePath, state.version(), targetBytes))
            .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
            .setParallelism(parallelism)
            .uid("rewrite")
            .name("rewrite files of " + tablePath)
            .executeAndCollect("optimize " + tablePath)) {
      while (results.hasNext()) {
        RewriteTask.Result result = RewriteTask.result(results.next());
        rewritten.put(result.number(), result.rewritten());
        done += result.rewritten().sources().size();
        progress.at("rewriting files", done, files);
      }
      whole = rewritten.size() == bins.size();
    } catch (Exception e) {
      throw failure(e);
    } finally {
      if (!whole) {
        rewritten.values().forEach(bin -> OutputFiles.discard(tablePath, bin.outputs()));
      }
    }
    if (!whole) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "%d of %d groups of files of table %s came back from the job"
              .formatted(rewritten.size(), bins.size(), tablePath),
          "report this");
    }
    return List.copyOf(rewritten.values());
  }

  private MillraceException failure(Exception failure) {
    MillraceException known = MillraceException.in(failure);
    return known != null
        ? known
        : new MillraceException(
            ErrorCode.PIPELINE_FAILED,
            "the job that rewrites files of table %s failed: %s"
                .formatted(tablePath, failure.getMessage()),
            "see the cause below",
            failure);
  }

  /** Nothing is kept. */
  @Override
  public void close() {}

  /** One task's work. */
  private static final class Rewrite extends RichMapFunction<byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    private final String tablePath;
    private final long version;
    private final long targetBytes;
    private transient @Nullable MaintainedTable table;
    private transient @Nullable TableState state;
    private transient volatile boolean closed;

    Rewrite(String tablePath, long version, long targetBytes) {
      this.tablePath = tablePath;
      this.version = version;
      this.targetBytes = targetBytes;
    }

    @Override
    public void open(OpenContext context) {
      MaintainedTable opened = MaintainedTable.open(tablePath);
      table = opened;
      state = opened.at(version);
    }

    @Override
    public byte[] map(byte[] bytes) {
      RewriteTask.Numbered task = RewriteTask.task(bytes);
      BinWriter writer =
          new BinWriter(
              tablePath,
              requireNonNull(state, "not opened"),
              targetBytes,
              () -> {
                if (closed || Thread.currentThread().isInterrupted()) {
                  throw new CancellationException("the job ends");
                }
              });
      return RewriteTask.bytes(
          new RewriteTask.Result(task.number(), writer.write(task.bin(), task.number())));
    }

    @Override
    public void close() {
      closed = true;
      if (table != null) {
        table.close();
      }
    }
  }
}
