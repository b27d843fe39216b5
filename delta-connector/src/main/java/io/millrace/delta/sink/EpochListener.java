package io.millrace.delta.sink;

import java.io.Serializable;
import java.util.Map;

/**
 * Told about checkpoints by the committer; the pipeline's registry implements it. Called by the
 * committer's task thread, in checkpoint order.
 */
public interface EpochListener extends Serializable {
  /** Once per run of the committer, before anything else. */
  void open() throws Exception;

  /**
   * Everything of this checkpoint has reached the committer; the checkpoint is not complete yet,
   * and may never be. What must not be lost has to be durable when this returns.
   */
  void prepared(Epoch epoch) throws Exception;

  /**
   * Every table's changes of this and all earlier checkpoints are committed. May be called again
   * for a checkpoint after a restart.
   *
   * @param versions the version that each table stands at; tables that have not changed included
   */
  void committed(Epoch epoch, Map<String, Long> versions) throws Exception;
}
