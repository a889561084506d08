using System.Net.Sockets;
using Npgsql;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Orchestrator.Storage.Postgres;

/// <summary>What PostgreSQL's failures mean for an operator, and for who asked.</summary>
internal static class PostgresFailure
{
    /// <summary>The database or the way to it, and not what was asked: the same may work a moment later.</summary>
    public static bool IsPassing(Exception? e) => e switch
    {
        TimeoutRejectedException or SocketException => true,
        PostgresException { SqlState: var state } when IsGoingAway(state) => true,
        NpgsqlException { IsTransient: true } => true,
        _ => false,
    };

    /// <summary>All that asking a database can end with.</summary>
    public static bool IsAny(Exception e) => e is NpgsqlException or SocketException or TimeoutRejectedException or BrokenCircuitException;

    /// <summary>Whether the store does not work, rather than take no more or not take this one.</summary>
    public static bool IsOfTheDatabase(StorageFailedException e) => e.InnerException switch
    {
        null => false,
        PostgresException { SqlState: var state } => !IsOfOneStatement(state),
        _ => true,
    };

    /// <summary>What happened, without what to do: for a log, the status and a failed operation.</summary>
    public static string Sentence(Exception e, string place) => e switch
    {
        PostgresException postgres => OfState(postgres, place),
        TimeoutRejectedException or OperationCanceledException => $"The database {place} has not answered in time.",
        _ => $"The database {place} cannot be reached ({e.GetBaseException().Message.TrimEnd('.')}).",
    };

    public static StorageUnavailableException AtStart(Exception e, string place)
    {
        var cause = e is StorageFailedException { InnerException: { } inner } ? inner : e;
        return new StorageUnavailableException($"{Sentence(cause, place)} {WhatToDo((cause as PostgresException)?.SqlState)}", e);
    }

    private static string OfState(PostgresException e, string place) => e.SqlState switch
    {
        PostgresErrorCodes.DiskFull => $"The disk of the database {place} is full.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The database {place} does not let this user in ({e.MessageText}).",
        PostgresErrorCodes.InvalidCatalogName => $"There is no database {place}.",
        PostgresErrorCodes.InsufficientPrivilege => $"The user may not do that in the database {place} ({e.MessageText}).",
        PostgresErrorCodes.ReadOnlySqlTransaction => $"The database {place} takes no writes now.",
        PostgresErrorCodes.TooManyConnections => $"The database {place} has too many connections.",
        _ => $"The database {place} failed ({e.MessageText}; code {e.SqlState}).",
    };

    private static string WhatToDo(string? state) => state switch
    {
        null => "Look whether it runs and whether the host and port of the configuration are right, then start again.",
        PostgresErrorCodes.DiskFull => "Free some space, then start again.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Give the right user and password, then start again.",
        PostgresErrorCodes.InvalidCatalogName => "Make it (createdb), or name another one, then start again.",
        PostgresErrorCodes.InsufficientPrivilege =>
            "Give the user the right to make a schema in it, or run 'orchestrator database migrate' as a user who has that right.",
        PostgresErrorCodes.TooManyConnections => "Allow more there, or fewer here (Storage:PostgresConnections), then start again.",
        _ => "Start again; if it stays, report it with this message.",
    };

    /// <summary>A server that is stopped or has crashed says so, or one that has become a copy of another.</summary>
    private static bool IsGoingAway(string state) => state
        is PostgresErrorCodes.AdminShutdown
        or PostgresErrorCodes.CrashShutdown
        or PostgresErrorCodes.CannotConnectNow
        or PostgresErrorCodes.ReadOnlySqlTransaction;

    /// <summary>Classes 22, 23 and 54: data, constraint, limit.</summary>
    private static bool IsOfOneStatement(string state) => state[..2] is "22" or "23" or "54";
}
