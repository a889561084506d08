using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orchestrator.Storage.Sqlite;

/// <summary>What SQLite's error codes mean for an operator, and for the writer.</summary>
internal static class SqliteFailure
{
    public const int PrimaryCode = 0xff;

    /// <summary>What happened, without what to do: for a log, the status and a failed operation.</summary>
    public static string Sentence(Exception e, string path) => e is not SqliteException sqlite
        ? $"The database {path} failed: {e.GetBaseException().Message}"
        : (sqlite.SqliteErrorCode & PrimaryCode) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"The database {path} is locked by another program.",
            raw.SQLITE_FULL => $"The disk of {path} is full.",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => $"The database {path} is damaged ({sqlite.Message}).",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN =>
                $"The database {path} cannot be opened for writing ({sqlite.Message}).",
            raw.SQLITE_IOERR => $"The disk of {path} answered with an error "
                + $"({sqlite.Message}; extended code {sqlite.SqliteExtendedErrorCode}).",
            _ => $"The database {path} failed ({sqlite.Message}).",
        };

    public static StorageUnavailableException AtStart(Exception e, string path) =>
        new($"{Sentence(e, path)} {WhatToDo((e as SqliteException)?.SqliteErrorCode & PrimaryCode, path)}", e);

    public static StorageUnavailableException Damaged(string path, string why, Exception? inner = null) =>
        new($"The database {path} is damaged ({why}). {WhatToDo(raw.SQLITE_CORRUPT, path)}", inner);

    /// <summary>Whether only the statement failed, so that the rest of its transaction can go on.</summary>
    public static bool IsOfOneStatement(Exception e) =>
        e is not SqliteException sqlite
        || (sqlite.SqliteErrorCode & PrimaryCode) is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH;

    private static string WhatToDo(int? code, string path) => code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            "Close that program (a database browser, a backup), then start again.",
        raw.SQLITE_FULL => "Free some space, then start again.",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            $"Put a backup in its place, or move it away with {path}-wal and {path}-shm to start with an empty one.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN =>
            "Give this user the right to write the file and its directory, then start again.",
        raw.SQLITE_IOERR => "Look at the disk, its mount and its free space, then start again.",
        _ => "Start again; if it stays, report it with this message.",
    };
}
