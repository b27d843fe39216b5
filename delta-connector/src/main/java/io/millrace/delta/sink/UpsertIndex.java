package io.millrace.delta.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.parquet.DataFileName;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.LongKeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Where the current row of each key lies, file and position, for the keys of one subtask; and which
 * rows have been superseded since the last checkpoint. Owned by the task's thread.
 */
final class UpsertIndex {
  private static final int PLACE = 0;
  private static final int NAMES_VERSION = 1;

  private final RowKeys keys;
  private final RowPlaces places;
  private final KeyedTables tables;

  /** Paths of files whose numbers do not tell them, see {@link DataFileName#foreign}. */
  private final Map<Long, String> foreign = new TreeMap<>();

  private @Nullable String movedTo;
  private long movedToFile;
  private @Nullable Set<String> askedLeft;
  private @Nullable String askedFolder;
  private long askedFile;
  private boolean fileHasLeft;

  private final LongKeyTable supersededFiles = KeyTable.ofLongs(1);
  private final List<Positions> superseded = new ArrayList<>();

  UpsertIndex(RowKeys keys, RowPlaces places, KeyedTables tables) {
    this.keys = keys;
    this.places = places;
    this.tables = tables;
  }

  /** An empty index for the key groups that Flink gives to a subtask. */
  static UpsertIndex of(TaskInfo task, RowKeys keys) {
    var places = new RowPlaces();
    String signature = "upsert index of " + keys.keyType().asSummaryString() + ", version 1";
    return new UpsertIndex(
        keys, places, KeyedTables.of(task, signature, () -> keys.newTable(1), places));
  }

  KeyedTables tables() {
    return tables;
  }

  RowKeys keys() {
    return keys;
  }

  RowPlaces places() {
    return places;
  }

  /**
   * Notes where the new row of a key lies; the old one, if there is one, is superseded.
   *
   * @param folder of the row, the same for all rows of one key
   */
  void replace(RowData row, String folder, long file, long position) {
    int hash = keys.hash(row);
    KeyTable table = tables.tableFor(hash);
    int slot = keys.insert(table, hash, row);
    if (slot < 0) {
      slot = ~slot;
      supersede(folder, table.value(slot, PLACE));
    }
    table.setValue(slot, PLACE, places.of(file, position));
  }

  /** True if the row's key is one of this subtask's. */
  boolean isMine(RowData row) {
    int index = tables.indexFor(keys.hash(row));
    return index >= 0 && index < tables.count();
  }

  /**
   * Paths of all files that rows of this subtask's keys lie in.
   *
   * @param rowType of the rows that come
   * @param keyPositions of the key's columns in it
   */
  Set<String> paths(RowType rowType, int[] keyPositions, RowFolders folders) {
    BitSet files = new BitSet();
    Set<String> paths = new HashSet<>();
    FlatRow key = new FlatRow(keys.keyType());
    FlatRow row = new FlatRow(rowType);
    for (int i = 0; i < tables.count(); i++) {
      KeyTable table = tables.table(i);
      for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
        long place = table.value(slot, PLACE);
        if (files.get(RowPlaces.number(place))) {
          continue;
        }
        files.set(RowPlaces.number(place));
        keys.readKey(table, slot, key, 0);
        for (int k = 0; k < keyPositions.length; k++) {
          row.copyField(key, k, keyPositions[k]);
        }
        paths.add(path(folders.of(row), places.file(place)));
      }
    }
    return paths;
  }

  /**
   * Notes where a row of the table lies now, if it lay in a file that is not there any more.
   *
   * @param left paths of such files
   * @param folder of the row
   * @param path of the file that it is in now
   */
  void moved(RowData row, Set<String> left, String folder, String path, long position) {
    int hash = keys.hash(row);
    KeyTable table = tables.tableFor(hash);
    int slot = keys.find(table, hash, row);
    if (slot >= 0 && hasLeft(left, folder, places.file(table.value(slot, PLACE)))) {
      // A file's rows come one after the other, and many of them from one file.
      if (!path.equals(movedTo)) {
        movedTo = path;
        movedToFile = fileId(path, folder);
      }
      table.setValue(slot, PLACE, places.of(movedToFile, position));
    }
  }

  private boolean hasLeft(Set<String> left, String folder, long file) {
    if (file != askedFile || left != askedLeft || !folder.equals(askedFolder)) {
      askedFile = file;
      askedLeft = left;
      askedFolder = folder;
      fileHasLeft = left.contains(path(folder, file));
    }
    return fileHasLeft;
  }

  /**
   * Supersedes the row of a key, if there is one.
   *
   * @param folder of the row, the same for all rows of one key
   */
  void remove(RowData row, String folder) {
    int hash = keys.hash(row);
    KeyTable table = tables.tableFor(hash);
    int slot = keys.find(table, hash, row);
    if (slot >= 0) {
      supersede(folder, table.value(slot, PLACE));
      table.remove(slot);
    }
  }

  /** Forgets the files that no row lies in any more, once there may be many of them. */
  void forgetFiles() {
    if (!places.areMany()) {
      return;
    }
    var used = new BitSet();
    forEachEntry((table, slot) -> used.set(RowPlaces.number(table.value(slot, PLACE))));
    int[] renumbered = places.keepOnly(used);
    forEachEntry(
        (table, slot) -> {
          long place = table.value(slot, PLACE);
          table.setValue(slot, PLACE, RowPlaces.renumbered(place, renumbered));
        });
  }

  private interface Entries {
    void entry(KeyTable table, int slot);
  }

  private void forEachEntry(Entries entries) {
    for (int i = 0; i < tables.count(); i++) {
      KeyTable table = tables.table(i);
      for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
        entries.entry(table, slot);
      }
    }
  }

  private void supersede(String folder, long place) {
    long file = places.file(place);
    int slot = supersededFiles.insert(file);
    if (slot >= 0) {
      supersededFiles.setValue(slot, 0, superseded.size());
      superseded.add(new Positions(folder, file));
    } else {
      slot = ~slot;
    }
    superseded.get((int) supersededFiles.value(slot, 0)).add(RowPlaces.position(place));
  }

  /** Hands over the rows superseded since the call before. */
  List<SupersededRows> take() {
    List<SupersededRows> taken = new ArrayList<>(superseded.size());
    for (Positions positions : superseded) {
      taken.add(new SupersededRows(path(positions.folder, positions.file), positions.toArray()));
    }
    superseded.clear();
    supersededFiles.clear();
    return taken;
  }

  String path(String folder, long file) {
    return DataFileName.isForeign(file)
        ? requireNonNull(foreign.get(file), "unknown file in the index")
        : folder + DataFileName.of(file);
  }

  /**
   * The number that stands for a file of the table, whoever has written it.
   *
   * @param path relative to the table's folder
   * @param folder of the rows in it, where a file of ours would lie
   */
  long fileId(String path, String folder) {
    OptionalLong own =
        path.startsWith(folder)
            ? DataFileName.idOf(path.substring(folder.length()))
            : OptionalLong.empty();
    if (own.isPresent()) {
      return own.getAsLong();
    }
    long id = DataFileName.foreign(hash(path));
    while (!foreign.getOrDefault(id, path).equals(path)) {
      id = DataFileName.foreign(id + 1);
    }
    foreign.put(id, path);
    return id;
  }

  /** 64 bits of a path's SHA-256: the same in every subtask, which all see the same files. */
  private static long hash(String path) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(path.getBytes(UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The names of foreign files, as state. */
  byte[] namesToBytes() throws IOException {
    var out = new DataOutputSerializer(64);
    out.writeInt(NAMES_VERSION);
    out.writeInt(foreign.size());
    for (Map.Entry<Long, String> entry : foreign.entrySet()) {
      out.writeLong(entry.getKey());
      FieldCodec.writeString(entry.getValue(), out);
    }
    return out.getCopyOfBuffer();
  }

  /** Adds names from the state of any subtask. */
  void addNames(byte[] bytes) throws IOException {
    var in = new DataInputDeserializer(bytes);
    int version = in.readInt();
    if (version != NAMES_VERSION) {
      throw new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "the upsert index has version %d, this release reads version %d"
              .formatted(version, NAMES_VERSION),
          "start this release from a savepoint of its own, or use the release that wrote this one");
    }
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      long id = in.readLong();
      String path = FieldCodec.readString(in);
      String known = foreign.putIfAbsent(id, path);
      if (known != null && !known.equals(path)) {
        throw new MillraceException(
            ErrorCode.STATE_CORRUPT,
            "two files share a number in the upsert index: %s and %s".formatted(known, path),
            "start the table without state; its index is then read from the table");
      }
    }
  }

  /** Positions of one file, growing. */
  private static final class Positions {
    private final String folder;
    private final long file;
    private long[] values = new long[16];
    private int size;

    Positions(String folder, long file) {
      this.folder = folder;
      this.file = file;
    }

    void add(long position) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = position;
    }

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
