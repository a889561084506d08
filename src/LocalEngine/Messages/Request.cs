namespace Orchestrator.LocalEngine;

/// <summary>
/// One call on its way to a grain or an observer. The members that the emitted classes override or call are public,
/// because a class in another assembly cannot override internal ones.
/// </summary>
internal abstract class Request : WorkItem
{
    // Neighbours in OutstandingCalls.
    internal Request? Earlier;
    internal Request? Later;
    internal int Shard = -1;
    internal long SentAt;

    public abstract GrainMethod Method { get; }

    /// <summary>Whom it is for; null for what an activation sends to itself.</summary>
    internal GrainReference? Target { get; set; }

    internal virtual bool Interleaves => Method.AlwaysInterleaves;

    /// <summary>Whether it keeps an idle activation alive.</summary>
    internal virtual bool IsUse => true;

    /// <summary>Whether nobody waits for it any more.</summary>
    internal abstract bool IsAnswered { get; }

    public abstract Task Invoke(object target);

    public virtual void CopyArguments(MessageCopier copier)
    {
    }

    /// <summary>Makes the task that the caller waits for.</summary>
    internal virtual void ExpectReply(TaskCreationOptions options)
    {
    }

    /// <summary>Gives the caller what the method gave.</summary>
    internal abstract void Answer(Task done, MessageCopier? copier);

    /// <summary>Gives the caller an exception of the engine's. False when it had its answer already.</summary>
    internal abstract bool Fail(Exception exception);
}

/// <summary>A call of a method that returns nothing but its end.</summary>
internal abstract class VoidRequest : Request
{
    // Null for a one-way call.
    private TaskCompletionSource? _reply;

    internal Task Reply => _reply?.Task ?? Task.CompletedTask;

    internal override bool IsAnswered => _reply is { Task.IsCompleted: true };

    internal override void ExpectReply(TaskCreationOptions options) => _reply = new TaskCompletionSource(options);

    internal override void Answer(Task done, MessageCopier? copier)
    {
        if (copier is not null && done.Exception is { } failure)
        {
            _reply?.TrySetException(copier.CopyException(failure.InnerException!));
            return;
        }

        _reply?.TrySetFromTask(done);
    }

    internal override bool Fail(Exception exception) => _reply is not null && _reply.TrySetException(exception);
}

/// <summary>A call of a method that returns a value.</summary>
internal abstract class Request<TResult> : Request
{
    private TaskCompletionSource<TResult> _reply = null!; // made by ExpectReply, always

    internal Task<TResult> Reply => _reply.Task;

    internal override bool IsAnswered => _reply.Task.IsCompleted;

    internal override void ExpectReply(TaskCreationOptions options) => _reply = new TaskCompletionSource<TResult>(options);

    internal override void Answer(Task done, MessageCopier? copier)
    {
        if (copier is not null)
        {
            AnswerWithCopy(done, copier);
            return;
        }

        // An engine failure or a synchronous throw comes as a task without a result.
        if (done is Task<TResult> result)
        {
            _reply.TrySetFromTask(result);
            return;
        }

        _reply.TrySetException(done.Exception!.InnerExceptions);
    }

    internal override bool Fail(Exception exception) => _reply.TrySetException(exception);

    private void AnswerWithCopy(Task done, MessageCopier copier)
    {
        if (done.Exception is { } failure)
        {
            _reply.TrySetException(copier.CopyException(failure.InnerException!));
            return;
        }

        var result = (Task<TResult>)done;
        if (result.IsCanceled)
        {
            _reply.TrySetFromTask(result);
            return;
        }

        try
        {
            _reply.TrySetResult(copier.Copy(result.GetAwaiter().GetResult()));
        }
        catch (Exception unsendable)
        {
            _reply.TrySetException(unsendable);
        }
    }
}
