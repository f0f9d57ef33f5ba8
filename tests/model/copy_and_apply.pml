// SPDX-License-Identifier: Apache-2.0
//
// A model of copy and apply (docs/copy-and-apply.md) for spin. Applications write to a source,
// copiers fill the ghost from it, the applier replays the binlog; behind the cut-over's lock both
// must hold the same. There are two keys, A and B, and a column with two values, which is unique.
// tests/model/check runs it. Each step is one thing that a server or a thread does at once.
//
// Macros set the scene:
//
//   TRANSACTIONS=n    how many transactions applications make, at most
//   CHUNKS=2          a range and a copier for each key; 1: one range with both
//   LOST_CONNECTIONS  a chunk or a batch may be written again although it had succeeded, a batch
//                     also when only a part of it had
//   NEW_UNIQUE        the value is unique in the ghost only: the ALTER adds that key
//   SOURCE_FOLDS      A and B are two spellings of one key, to the source
//   GHOST_FOLDS       … to the ghost
//   FROM_SOURCE=keys  the binlog does not tell the rows of these keys (R10): 1 A, 2 B, 3 both
//
// take a rule away:
//
//   NO_R1   a batch keeps the first state of a key, not the last
//   NO_R2   no fence before a chunk
//   NO_R3   no repeated deletes
//   NO_R4   events are discarded: =1 of ranges not yet written, =2 only of ranges not yet in flight
//   NO_R5   repeated deletes compare keys as the server does, not by bytes
//   NO_R6   a batch holds one key at a later position than the other
//   NO_R7   missing rows are not copied again
//   NO_R10  no fence before rows are read from the source
//
// or break one in another way:
//
//   FENCE_FIRST      the fence before the ticket (R2)
//   COPIER_REPEATS   the copier repeats the deletes, not the applier (R3)
//   ROWS_FIRST       rows before deletes (R6)
//   ALWAYS_REPLACE   REPLACE in a stricter ghost, too (R7)
//
// GOALS makes every goal reached an "error": to see that the model gets there.

#define ABSENT 0     // the state of a key: no row, or one with the value 1 or 2
#define UNCHANGED 9  // in a transaction: it does not touch this key

#ifndef TRANSACTIONS
#define TRANSACTIONS 2
#endif
#ifndef CHUNKS
#define CHUNKS 1
#endif
#ifndef FROM_SOURCE
#define FROM_SOURCE 0
#endif
#ifndef NO_R4
#define NO_R4 0
#endif

#ifdef SOURCE_FOLDS
#define ONE_KEY_IN_SOURCE true
#else
#define ONE_KEY_IN_SOURCE false
#endif
#ifdef GHOST_FOLDS
#define ONE_KEY_IN_GHOST true
#else
#define ONE_KEY_IN_GHOST false
#endif
#define EXACT_KEY (ONE_KEY_IN_SOURCE != ONE_KEY_IN_GHOST)
#ifdef NEW_UNIQUE
#define UNIQUE_IN_SOURCE false
#define STRICTER true
#else
#define UNIQUE_IN_SOURCE true
#define STRICTER (ONE_KEY_IN_GHOST && !ONE_KEY_IN_SOURCE)
#endif
#ifdef ALWAYS_REPLACE
#define PLAIN_INSERT false
#else
#define PLAIN_INSERT STRICTER
#endif

#ifdef GOALS
#define goal(reached) assert(!reached)
bool fence_returned_before_younger_ones = true, repeated_delete_hit = true,
     row_was_displaced = true, missing_row_was_copied = true, row_was_held = true,
     cut_over = true;
#else
#define goal(reached) skip
#endif

#define bit(k) (1 << (k))  // sets of keys are bytes: 1 A, 2 B, 3 both
#define other(k) (1 - (k))
#define name(k) ('A' + (k))
#define text(state) (state == ABSENT -> '-' : '0' + state)

typedef Table {
    byte row[2]
};

// ---- the server --------------------------------------------------------------------------------

Table source;   // as of the last transaction in the binlog
Table visible;  // as a SELECT shows it: a transaction is visible after it was delivered (F2)
Table ghost;
Table binlog[TRANSACTIONS];  // the new states of the keys that a transaction touches
byte logged;    // transactions in the binlog
byte shown;     // … of them visible, in binlog order (F5)
bool locked;    // the cut-over's write lock
bool met_1;     // the values are alike: the first that is met is 1 (fewer states)

byte applied[2];  // transactions that the applier has taken; the same for both keys
bool writing;     // … and is writing

// Can the source hold a and b under its two keys?
#define fits_source(a, b) \
    (a == ABSENT || b == ABSENT || (!ONE_KEY_IN_SOURCE && !(UNIQUE_IN_SOURCE && a == b)))
// Does the ghost's row of the other key keep out (k, value)?
#define conflicts(k, value) \
    (ghost.row[other(k)] != ABSENT && (ONE_KEY_IN_GHOST || ghost.row[other(k)] == value))

// A transaction that is not visible holds locks on its rows and on the unique values it had (F1).
#define must_wait(k, state)                                                                  \
    (state != UNCHANGED &&                                                                   \
     ((locks & bit(k)) ||                                                                    \
      ((locks & bit(other(k))) &&                                                            \
       (ONE_KEY_IN_SOURCE ||                                                                 \
        (UNIQUE_IN_SOURCE && state != ABSENT && visible.row[other(k)] == state)))))

inline find_locks() {
    locks = 0;
    for (i : 0 .. TRANSACTIONS - 1) {
        if
        :: shown <= i && i < logged ->
           if :: binlog[i].row[0] != UNCHANGED -> locks = locks | bit(0) :: else fi;
           if :: binlog[i].row[1] != UNCHANGED -> locks = locks | bit(1) :: else fi
        :: else
        fi
    }
    i = 0
}

// What nobody will read is forgotten (fewer states).
inline forget() {
    i = 0;
    do
    :: i < logged && i < shown && i < applied[0] && i < applied[1] ->
       binlog[i].row[0] = 0; binlog[i].row[1] = 0; i++
    :: else -> break
    od;
    i = 0
}

inline any_state(x) {
    if
    :: x = ABSENT
    :: x = 1
    :: x = 2
    :: x = UNCHANGED
    fi
}

// Inserts, deletes, updates, keys moved, values handed over or swapped, several rows at once: a
// transaction is any other state of both keys that the source can hold.
proctype applications() {
    byte a, b, locks, i;
end:
    do
    :: atomic {
           logged < TRANSACTIONS && !locked ->
           any_state(a);
           any_state(b);
           d_step {
               find_locks();
               if
               :: (a == UNCHANGED && b == UNCHANGED) || a == source.row[0] || b == source.row[1] ||
                  (!met_1 && (a == 2 || (b == 2 && a != 1))) || must_wait(0, a) ||
                  must_wait(1, b) ||
                  !fits_source((a == UNCHANGED -> source.row[0] : a),
                               (b == UNCHANGED -> source.row[1] : b))
               :: else ->
                  binlog[logged].row[0] = a;
                  binlog[logged].row[1] = b;
                  if :: a != UNCHANGED -> source.row[0] = a :: else fi;
                  if :: b != UNCHANGED -> source.row[1] = b :: else fi;
                  if :: a == 1 || b == 1 -> met_1 = true :: else fi;
                  logged++;
                  printf("    application: transaction %d; the source: A=%c B=%c\n", logged,
                         text(source.row[0]), text(source.row[1]))
               fi;
               a = 0; b = 0; locks = 0
           }
       }
    od
}

proctype engine_commit() {
    byte i;
end:
    do
    :: d_step {
           shown < logged ->
           for (i : 0 .. 1) {
               if
               :: binlog[shown].row[i] != UNCHANGED -> visible.row[i] = binlog[shown].row[i]
               :: else
               fi
           }
           shown++;
           printf("    server: transaction %d is visible\n", shown);
           forget()
       }
    od
}

// ---- in flight (migrator/in_flight) ------------------------------------------------------------

typedef Flight {
    bool taken;
    bool left;    // the chunk has committed; its deletes wait for the applier's next batch
    byte deleted  // keys whose last state since the ticket is "deleted"
};
Flight flight[2];

#define none_in_flight (!flight[0].taken && !flight[1].taken)
#define some_left (flight[0].left || flight[1].left)

inline note() {
    for (i : 0 .. 1) {
        if
        :: flight[i].taken -> flight[i].deleted = (flight[i].deleted | deletes) & ~rows
        :: else
        fi;
        if
        :: flight[i].left ->
           repeated = repeated | (flight[i].deleted & ~(rows | deletes));
           flight[i].taken = false; flight[i].left = false; flight[i].deleted = 0
        :: else
        fi
    }
    i = 0
}

// ---- copiers (migrator/copier, migrator/server_mover) ------------------------------------------

byte copied;  // keys of ranges that are written or, with NO_R4=2, in flight
byte done;    // copiers

#define all_written (view.row[0] == ABSENT && view.row[1] == ABSENT)

inline read_chunk() {
    if :: shown < logged -> goal(fence_returned_before_younger_ones) :: else fi;
    for (k : 0 .. 1) {
        if :: keys & bit(k) -> view.row[k] = visible.row[k] :: else fi
    }
    k = 0; fence = 0;
    printf("    copier: reads range %d: A=%c B=%c\n", keys, text(view.row[0]), text(view.row[1]))
}

inline write_next_row() {
    if :: view.row[0] == ABSENT -> k = 1 :: else fi;
    if
    :: ghost.row[k] == ABSENT && !conflicts(k, view.row[k]) ->
       ghost.row[k] = view.row[k];
       printf("    copier: writes %c=%c\n", name(k), text(view.row[k]))
    :: else ->
       shortfall = true;
       printf("    copier: %c=%c is a duplicate, nothing written\n", name(k), text(view.row[k]))
    fi;
    view.row[k] = ABSENT; k = 0
}

inline find_missing() {
    for (k : 0 .. 1) {
        if
        :: (keys & bit(k)) && visible.row[k] != ABSENT && ghost.row[k] == ABSENT &&
           !(ONE_KEY_IN_GHOST && !EXACT_KEY && ghost.row[other(k)] != ABSENT) ->
           missing = missing | bit(k);
           printf("    copier: %c is missing\n", name(k))
        :: else
        fi
    }
    k = 0; shortfall = false
}

inline leave() {
    if
    :: flight[slot].deleted -> flight[slot].left = true
    :: else -> flight[slot].taken = false
    fi;
    if :: NO_R4 == 1 -> copied = copied | keys :: else fi;
    printf("    copier: range %d has left\n", keys)
}

proctype copier(byte keys) {
    byte slot, fence, k, missing;
    bool shortfall, again;
    Table view;

enter:
#ifdef FENCE_FIRST
    fence = logged;
#endif
    // The ticket, then the fence. In one step, since a later fence only proves more.
    atomic {
        if
        :: !flight[0].taken -> slot = 0
        :: flight[0].taken && !flight[1].taken -> slot = 1
        fi;
        flight[slot].taken = true;
#if !defined(NO_R2) && !defined(FENCE_FIRST)
        fence = logged;
#endif
        if :: NO_R4 == 2 -> copied = copied | keys :: else fi;
        printf("    copier: range %d (1: A, 2: B, 3: both) is in flight\n", keys)
    }
    d_step { shown >= fence -> read_chunk() }
    do
    :: d_step { !all_written -> write_next_row() }
    :: d_step { all_written && shortfall -> find_missing() }
    :: atomic { all_written && !shortfall -> break }
    od;
#ifdef COPIER_REPEATS
    atomic { k = flight[slot].deleted; flight[slot].deleted = 0; leave() }
    atomic {
        if :: k & 1 -> ghost.row[0] = ABSENT :: else fi;
        if :: k & 2 -> ghost.row[1] = ABSENT :: else fi;
        printf("    copier: repeats deletes: %d\n", k);
        k = 0
    }
#else
    atomic { leave() }
#endif
    slot = 0;
#ifdef LOST_CONNECTIONS
    if
    :: !again -> again = true; missing = 0; goto enter
    :: true -> again = true
    fi;
#endif
#ifndef NO_R7
    if
    :: missing ->
       fence = logged;  // here it is a marker: catch up first
       atomic {
           applied[0] >= fence && applied[1] >= fence && !writing ->
           fence = 0; keys = missing; missing = 0;
           printf("    copier: copies missing rows again\n");
           goal(missing_row_was_copied);
           goto enter
       }
    :: else
    fi;
#endif
    atomic { done++; keys = 0; missing = 0; again = false }
}

// ---- the applier (migrator/applier, change_batch, batch_writer) --------------------------------

byte held;       // keys of rows that a stricter ghost does not let in
Table held_row;

// Folds the change of key k in transaction t into the batch.
inline fold(t, k) {
    if
    :: binlog[t].row[k] == UNCHANGED
#ifdef NO_R1
    :: binlog[t].row[k] != UNCHANGED && (in_batch & bit(k))
#endif
    :: binlog[t].row[k] != UNCHANGED && NO_R4 && !(copied & bit(k)) ->
       printf("    applier: discards %c=%c\n", name(k), text(binlog[t].row[k]))
    :: else ->
       batch.row[k] = binlog[t].row[k];
       in_batch = in_batch | bit(k)
    fi
}

inline add_held() {
    for (i : 0 .. 1) {
        if
        :: (held & bit(i)) && !(in_batch & bit(i)) ->
           batch.row[i] = held_row.row[i];
           in_batch = in_batch | bit(i)
        :: else
        fi
    }
}

#define has_deletes (deletes || repeated || (PLAIN_INSERT && rows))

inline gather() {
    writing = true;
    do  // any number of transactions; none only for what waits for a batch
#ifdef NO_R6
    :: applied[0] < logged -> fold(applied[0], 0); applied[0]++; to_write = true
    :: applied[1] < logged -> fold(applied[1], 1); applied[1]++; to_write = true
#else
    :: applied[0] < logged ->
       fold(applied[0], 0); fold(applied[1], 1);
       applied[0]++; applied[1]++; to_write = true
#endif
    :: to_write || some_left || held -> break
    od;
    add_held();
    for (i : 0 .. 1) {
        if
        :: (in_batch & bit(i)) && batch.row[i] == ABSENT -> deletes = deletes | bit(i)
        :: (in_batch & bit(i)) && batch.row[i] != ABSENT -> rows = rows | bit(i)
        :: else
        fi
    }
    note();
#ifdef NO_R3
    repeated = 0;
#endif
#ifndef NO_R10
    if :: rows & FROM_SOURCE -> fence = logged :: else fi;
#endif
    in_batch = 0; to_write = rows; to_delete = has_deletes;
    forget();
    printf("    applier: a batch up to transaction %d (A), %d (B)\n", applied[0], applied[1])
}

inline delete(k, by_bytes) {
    ghost.row[k] = ABSENT;
    if :: ONE_KEY_IN_GHOST && !(by_bytes) -> ghost.row[other(k)] = ABSENT :: else fi
}

#ifdef NO_R5
#define REPEATS_BY_BYTES false
#else
#define REPEATS_BY_BYTES true
#endif

inline write_deletes() {
    for (i : 0 .. 1) {
        if
        :: (deletes & bit(i)) || (PLAIN_INSERT && (rows & bit(i))) ->
           delete(i, EXACT_KEY);
           printf("    applier: deletes %c\n", name(i))
        :: else
        fi
    }
    for (i : 0 .. 1) {
        if
        :: repeated & bit(i) ->
           if :: ghost.row[i] != ABSENT -> goal(repeated_delete_hit) :: else fi;
           delete(i, REPEATS_BY_BYTES);
           printf("    applier: repeats the delete of %c\n", name(i))
        :: else
        fi
    }
    i = 0; to_delete = false
}

inline put(k, state) {
    if
    :: conflicts(k, state) ->
       goal(row_was_displaced);
       printf("    applier: %c=%c displaces %c=%c\n", name(k), text(state), name(other(k)),
              text(ghost.row[other(k)]));
       ghost.row[other(k)] = ABSENT
    :: else
    fi;
    ghost.row[k] = state;
    printf("    applier: writes %c=%c\n", name(k), text(state))
}

inline insert_or_hold(k, state) {
    if
    :: ghost.row[k] != ABSENT || conflicts(k, state) ->
       goal(row_was_held);
       now_held = now_held | bit(i);
       printf("    applier: %c=%c does not fit and is held\n", name(k), text(state))
    :: else ->
       ghost.row[k] = state;
       printf("    applier: writes %c=%c\n", name(k), text(state))
    fi
}

// The row of key k; from the source, it may be another spelling of k.
inline write_row(k) {
    i = k; to = k; state = batch.row[k];
    if
    :: FROM_SOURCE & bit(k) ->
       if :: ONE_KEY_IN_SOURCE && read.row[k] == ABSENT -> to = other(k) :: else fi;
       state = read.row[to]
    :: else
    fi;
    if
    :: state == ABSENT  // gone from the source: its delete is still to come
    :: state != ABSENT && PLAIN_INSERT -> insert_or_hold(to, state)
    :: state != ABSENT && !PLAIN_INSERT -> put(to, state)
    fi;
    i = 0; to = 0; state = 0;
    to_write = to_write & ~bit(k)
}

inline finish() {
    held = now_held;
    for (i : 0 .. 1) {
        held_row.row[i] = (held & bit(i) -> batch.row[i] : ABSENT);
        batch.row[i] = 0; read.row[i] = 0
    }
    i = 0; now_held = 0; rows = 0; deletes = 0; repeated = 0; fence = 0; has_read = false;
    writing = false
}

#ifdef ROWS_FIRST
#define may_delete (to_delete && !to_write)
#define may_write(k) (to_write & bit(k))
#else
#define may_delete to_delete
#define may_write(k) (!to_delete && (to_write & bit(k)))
#endif
#define all_done (writing && !to_delete && !to_write)

// No lock of the ghost's rows is modelled: copiers step in between any two statements of a batch.
proctype applier() {
    byte in_batch, rows, deletes, repeated;  // keys
    byte to_write, now_held, fence, i, to, state;
    bool to_delete, has_read;
    Table batch, read;
end:
    do
    :: atomic {
           !writing && (applied[0] < logged || applied[1] < logged || some_left || held) -> gather()
       }
    :: d_step { may_delete -> write_deletes() }
    :: d_step { may_write(0) && (has_read || !(FROM_SOURCE & 1)) -> write_row(0) }
    :: d_step { may_write(1) && (has_read || !(FROM_SOURCE & 2)) -> write_row(1) }
    :: d_step {
           (to_write & FROM_SOURCE) && shown >= fence -> has_read = true;
           read.row[0] = visible.row[0]; read.row[1] = visible.row[1];
           printf("    applier: reads A=%c B=%c from the source\n", text(read.row[0]),
                  text(read.row[1]))
       }
    :: d_step { all_done -> finish() }
#ifdef LOST_CONNECTIONS
    // After any part of it: lanes commit their pieces alone.
    :: d_step {
           writing && !to_delete -> to_write = rows; to_delete = has_deletes; now_held = 0;
           has_read = false;
           printf("    applier: writes the batch again\n")
       }
#endif
    od
}

// ---- the run -----------------------------------------------------------------------------------

init {
    byte fence;
    atomic {
        if
        :: true  // an empty table
        :: source.row[0] = 1; met_1 = true
#if CHUNKS == 1
        :: source.row[1] = 1; met_1 = true  // with two ranges the keys are alike, too
#endif
        :: fits_source(1, 1) -> source.row[0] = 1; source.row[1] = 1; met_1 = true
        :: fits_source(1, 2) -> source.row[0] = 1; source.row[1] = 2; met_1 = true
        fi;
        visible.row[0] = source.row[0]; visible.row[1] = source.row[1];
        printf("    server: the source: A=%c B=%c\n", text(source.row[0]), text(source.row[1]));
        run applications();
        run engine_commit()
    }
    atomic {  // the start position, then the first marker, whose answer is waited for
        applied[0] = logged; applied[1] = logged; fence = logged;
        run applier();
        printf("    wisp: starts behind transaction %d\n", logged)
    }
    atomic {
        shown >= fence -> fence = 0;
#if CHUNKS == 1
        run copier(3)
#else
        run copier(1);
        run copier(2)
#endif
    }
    // LOCK TABLES waits until no transaction holds the source, so until all are visible.
    d_step {
        done == CHUNKS && shown == logged -> locked = true;
        printf("    wisp: the source is locked\n")
    }
    // Where a stricter ghost keeps a row out for ever, the run ends and names it: a valid end.
#if defined(NEW_UNIQUE) || (defined(GHOST_FOLDS) && !defined(SOURCE_FOLDS))
end:
#endif
    atomic {
        applied[0] == logged && applied[1] == logged && !writing && none_in_flight && !held ->
        goal(cut_over);
        printf("    wisp: the source: A=%c B=%c; the ghost: A=%c B=%c\n", text(source.row[0]),
               text(source.row[1]), text(ghost.row[0]), text(ghost.row[1]));
        assert(ghost.row[0] == source.row[0] && ghost.row[1] == source.row[1])
    }
}
