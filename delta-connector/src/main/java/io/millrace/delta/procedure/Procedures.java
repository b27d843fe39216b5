package io.millrace.delta.procedure;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.table.procedures.Procedure;

/** The procedures of a catalog, by name. Immutable. */
public final class Procedures {
  private final Map<String, Procedure> procedures;

  /**
   * @param tables where the tables are that procedures name
   * @param sessions that procedures read tables of the catalog in
   */
  public Procedures(TablePaths tables, BatchSessions sessions) {
    Map<String, Procedure> all = new TreeMap<>();
    all.put("checkpoint", new CheckpointProcedure(tables));
    all.put("detail", new DetailProcedure(tables));
    all.put("history", new HistoryProcedure(tables));
    all.put("merge_into", new MergeProcedure(tables, sessions));
    all.put("optimize", new OptimizeProcedure(tables));
    all.put("restore", new RestoreProcedure(tables));
    all.put("vacuum", new VacuumProcedure(tables));
    procedures = Map.copyOf(all);
  }

  /** In alphabetical order. */
  public List<String> names() {
    return procedures.keySet().stream().sorted().toList();
  }

  public Optional<Procedure> find(String name) {
    return Optional.ofNullable(procedures.get(name));
  }
}
