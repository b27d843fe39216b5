package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.LiveFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of one partition that are rewritten together.
 *
 * @param files in the order that their rows are written in
 */
record Bin(List<LiveFile> files) {
  /** A file of which more than this share of rows is deleted is rewritten. */
  private static final double DELETED_RATIO_MAX = 0.05;

  Bin {
    files = List.copyOf(files);
  }

  /** Bytes of its files together. */
  long bytes() {
    return files.stream().mapToLong(LiveFile::sizeBytes).sum();
  }

  /**
   * Packs small files, and those with deleted rows, so that what is left of the files of a bin is
   * no more than the target: smallest first, next fit, as delta-spark does it.
   *
   * @param purge true to take every file with deleted rows
   */
  static List<Bin> pack(Collection<LiveFile> files, long targetBytes, boolean purge) {
    Map<Map<String, String>, List<LiveFile>> partitions = new LinkedHashMap<>();
    for (LiveFile file : files) {
      if (remainingBytes(file) < targetBytes || isPurged(file, purge)) {
        partitions.computeIfAbsent(file.partitionValues(), ignored -> new ArrayList<>()).add(file);
      }
    }
    List<Bin> bins = new ArrayList<>();
    for (List<LiveFile> candidates : partitions.values()) {
      candidates.sort(Comparator.comparingLong(Bin::remainingBytes).thenComparing(LiveFile::path));
      List<LiveFile> open = new ArrayList<>();
      long openBytes = 0;
      for (LiveFile file : candidates) {
        long bytes = remainingBytes(file);
        if (!open.isEmpty() && openBytes + bytes > targetBytes) {
          close(open, purge, bins);
          open = new ArrayList<>();
          openBytes = 0;
        }
        open.add(file);
        openBytes += bytes;
      }
      close(open, purge, bins);
    }
    return bins;
  }

  /** All files of a partition together, for each partition. */
  static List<Bin> partitions(Collection<LiveFile> files) {
    Map<Map<String, String>, List<LiveFile>> partitions = new LinkedHashMap<>();
    for (LiveFile file : files) {
      partitions.computeIfAbsent(file.partitionValues(), ignored -> new ArrayList<>()).add(file);
    }
    return partitions.values().stream().map(Bin::new).toList();
  }

  private static void close(List<LiveFile> files, boolean purge, List<Bin> bins) {
    if (files.size() > 1 || (files.size() == 1 && isPurged(files.get(0), purge))) {
      bins.add(new Bin(files));
    }
  }

  private static boolean isPurged(LiveFile file, boolean purge) {
    if (file.deletionVector().isEmpty()) {
      return false;
    }
    // Without statistics, rows cannot be counted; the file that replaces it will have some.
    return purge
        || file.records().isEmpty()
        || file.deletedRecords() > DELETED_RATIO_MAX * file.records().getAsLong();
  }

  /** What its rows that are not deleted take, by their share. */
  private static long remainingBytes(LiveFile file) {
    long records = file.records().orElse(0);
    if (records == 0) {
      return file.sizeBytes();
    }
    double left = 1.0 - Math.min(1.0, (double) file.deletedRecords() / records);
    return Math.round(file.sizeBytes() * left);
  }
}
