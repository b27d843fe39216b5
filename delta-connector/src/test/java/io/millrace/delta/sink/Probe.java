package io.millrace.delta.sink;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a test and the operators of its job, which Flink has copied, know of each other: found by
 * name in a static map.
 */
final class Probe {
  private static final Map<String, Probe> ALL = new ConcurrentHashMap<>();

  private final String name = UUID.randomUUID().toString();

  /** Times that the committer was opened. */
  final AtomicInteger runs = new AtomicInteger();

  final List<Epoch> prepared = new CopyOnWriteArrayList<>();
  final List<Epoch> committed = new CopyOnWriteArrayList<>();
  final AtomicReference<Map<String, Long>> versions = new AtomicReference<>(Map.of());

  /** Rows handed out since the probe was made, repeated ones included. */
  final AtomicInteger emitted = new AtomicInteger();

  private volatile Runnable beside = () -> {};
  private volatile boolean held;
  private volatile String stopped = "";
  private volatile boolean waiting;
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private final Map<String, AtomicInteger> reached = new ConcurrentHashMap<>();

  Probe() {
    ALL.put(name, this);
  }

  static Probe of(String name) {
    Probe probe = ALL.get(name);
    if (probe == null) {
      throw new IllegalStateException("no probe " + name);
    }
    return probe;
  }

  String name() {
    return name;
  }

  /** Lets the n-th arrival at a place fail, once. */
  Probe failAt(String place, int n) {
    faults.add(place + "#" + n);
    return this;
  }

  /** Lets who is the n-th to arrive at a place wait there for {@link #goOn}. */
  Probe waitAt(String place, int n) {
    stopped = place + "#" + n;
    return this;
  }

  boolean isWaiting() {
    return waiting;
  }

  void goOn() {
    goOn.countDown();
  }

  /** Runs something when a checkpoint is prepared, and when it is committed. */
  Probe beside(Runnable work) {
    beside = work;
    return this;
  }

  /** Lets the source emit nothing from now on. */
  void hold() {
    held = true;
  }

  boolean isHeld() {
    return held;
  }

  int faultsLeft() {
    return faults.size();
  }

  /** To be called by whoever arrives at a place. */
  void reach(String place) {
    if (takeFault(place)) {
      throw new IllegalStateException("injected at " + place);
    }
  }

  /** True if this arrival is one that is to fail. */
  boolean takeFault(String place) {
    int n = reached.computeIfAbsent(place, ignored -> new AtomicInteger()).incrementAndGet();
    if (stopped.equals(place + "#" + n)) {
      waiting = true;
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return faults.remove(place + "#" + n);
  }

  /** What the committer tells, recorded; fails at {@code prepared} and {@code committed}. */
  static final class Listener implements EpochListener {
    private static final long serialVersionUID = 1L;
    private final String probe;

    Listener(Probe probe) {
      this.probe = probe.name();
    }

    @Override
    public void open() {
      of(probe).runs.incrementAndGet();
    }

    @Override
    public void prepared(Epoch epoch) {
      of(probe).reach("prepared");
      of(probe).prepared.add(epoch);
      of(probe).beside.run();
    }

    @Override
    public void committed(Epoch epoch, Map<String, Long> versions) {
      of(probe).reach("committed");
      of(probe).committed.add(epoch);
      of(probe).versions.set(versions);
      of(probe).beside.run();
    }
  }

  @Nullable Epoch lastCommitted() {
    return committed.isEmpty() ? null : committed.get(committed.size() - 1);
  }
}
