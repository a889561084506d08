namespace Orchestrator.Storage.Sqlite;

/// <summary>One change that waits for a transaction. It is answered exactly once, by whoever is first.</summary>
internal abstract class WriteOperation(int bytes)
{
    public int Bytes { get; } = bytes;

    /// <summary>When it began to wait.</summary>
    public long Since { get; set; }

    /// <summary>Runs inside the transaction, as one statement; <paramref name="version"/> is a new number.</summary>
    public abstract void Execute(SqliteSession session, long version);

    /// <summary>The transaction is durable.</summary>
    public abstract void Committed();

    /// <summary>True when this was its answer.</summary>
    public abstract bool TryFail(Exception why);
}

/// <summary>A change that gives a result.</summary>
internal sealed class WriteOperation<T>(int bytes, Func<SqliteSession, long, T> execute) : WriteOperation(bytes)
{
    // The callers go on elsewhere, never on the writer's thread.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Answer => _answer.Task;

    public override void Execute(SqliteSession session, long version) => _result = execute(session, version);

    public override void Committed() => _answer.TrySetResult(_result!);

    public override bool TryFail(Exception why) => _answer.TrySetException(why);
}
