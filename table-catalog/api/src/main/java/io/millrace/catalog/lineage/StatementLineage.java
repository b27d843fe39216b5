package io.millrace.catalog.lineage;

import java.util.List;

/**
 * What one statement reads, and how it gets into what it writes.
 *
 * <p>Nothing that has a part in a result is missing. Where that could not be known, every column
 * that may have one is named, and {@link #gaps} says where and why.
 *
 * @param explained true of an EXPLAIN: nothing is read or written yet
 * @param sources tables, sorted by name, each once
 * @param sinks in the order of the statement; one for each INSERT of a statement set
 * @param functions that somebody registered, sorted; not those of the engine
 * @param models that are applied, sorted
 * @param views that the statement or another view of it names, sorted; what they read is in {@link
 *     #sources}
 * @param gaps where all columns are named because the true ones could not be known
 */
public record StatementLineage(
    boolean explained,
    List<SourceTable> sources,
    List<SinkTable> sinks,
    List<ObjectName> functions,
    List<ObjectName> models,
    List<ObjectName> views,
    List<String> gaps) {
  public StatementLineage {
    sources = List.copyOf(sources);
    sinks = List.copyOf(sinks);
    functions = functions.stream().sorted().distinct().toList();
    models = models.stream().sorted().distinct().toList();
    views = views.stream().sorted().distinct().toList();
    gaps = gaps.stream().distinct().toList();
  }

  /** Of a statement that neither reads nor writes rows. */
  public static StatementLineage none() {
    return new StatementLineage(
        false, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  /** Of a statement that may read and write what is not known. */
  public static StatementLineage unknown(String gap) {
    return new StatementLineage(
        false, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(gap));
  }

  /** Whether each origin is known to be one, and not only supposed. */
  public boolean complete() {
    return gaps.isEmpty();
  }

  public StatementLineage asExplained() {
    return new StatementLineage(true, sources, sinks, functions, models, views, gaps);
  }
}
