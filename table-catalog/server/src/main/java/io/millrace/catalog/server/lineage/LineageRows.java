package io.millrace.catalog.server.lineage;

import java.util.Collection;
import java.util.List;

/** What is put into a graph: new things, and things that replace those with their ids. */
record LineageRows(
    Collection<LineageDataset> datasets,
    Collection<LineageJob> jobs,
    Collection<LineageRun> runs,
    Collection<LineageOutput> outputs,
    Collection<LineageEdge> edges) {
  LineageRows {
    datasets = List.copyOf(datasets);
    jobs = List.copyOf(jobs);
    runs = List.copyOf(runs);
    outputs = List.copyOf(outputs);
    edges = List.copyOf(edges);
  }

  boolean isEmpty() {
    return datasets.isEmpty()
        && jobs.isEmpty()
        && runs.isEmpty()
        && outputs.isEmpty()
        && edges.isEmpty();
  }
}
