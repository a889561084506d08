using Microsoft.Extensions.Logging;
using Orchestrator.Administration;
using Orchestrator.Connections;
using Orchestrator.Delivery;

namespace Orchestrator.Api;

/// <summary>Runs a command of the table and answers once, whatever happens: with its body, with a refusal, or with a fault's correlation id.</summary>
public sealed partial class CommandRunner(Limits limits, ConnectionCloser closer, Relay relay, Audit audit, CommandMeter meter, IIdSource ids, ILogger<CommandRunner> log)
{
    /// <summary>For a wire that is handed the reply and writes it by itself, at some time: the reply names its place.</summary>
    public async Task<Reply<TBody>> Run<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, TParameters parameters)
    {
        try
        {
            return await Answer(command, context, () => parameters);
        }
        finally
        {
            await Settle(context.Connection, static (connection, code) => connection.AbortAfterReply(code));
        }
    }

    /// <summary>
    /// For a wire that puts its replies into the connection's queue: what stands before the reply has been said when it is written, and what stands after it follows.
    /// </summary>
    public async Task Run<TParameters, TBody>(Command<TParameters, TBody> command, ClientConnection connection, QueuedReply<TParameters, TBody> how)
    {
        try
        {
            var reply = await Answer(command, CommandContext.Of(connection, CancellationToken.None), how.Read);
            if (how.Write is { } write)
            {
                await Reach(connection, reply.At);
                write(reply);
            }
        }
        finally
        {
            await Settle(connection, static (ending, code) => ending.AbortWhenSent(code));
        }
    }

    private async Task<Reply<TBody>> Answer<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, Func<TParameters> read)
    {
        try
        {
            return (await meter.Watched(command, () => Do(command, context, read))).ToReply();
        }
        catch (Exception e)
        {
            return Replies.Of<TBody>(Translate(e, command.Name));
        }
    }

    private Task<Answer<TBody>> Do<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, Func<TParameters> read)
    {
        if (context.Connection is { IsEnding: true })
        {
            throw Refusal.Temporary("This connection ends; try again on another one.");
        }

        if (context.Connection is { } connection && !connection.Commands.TryTake())
        {
            throw new Refusal(RefusalCode.TooManyRequests, $"A connection may send {limits.CommandsPerSecondMax} commands in a second.");
        }

        return audit.Watched(command, context, () => command.Run(context, read, limits));
    }

    /// <summary>A session that begins with this reply waits for it; of one that the connection sees already, the events before the reply may still be on their way.</summary>
    private Task Reach(ClientConnection connection, Place? at) =>
        at is not null && connection.SubscriptionTo(new SourceId(SourceKind.Session, at.Source)) is { } subscription
            ? relay.Reach(subscription, at.Position)
            : Task.CompletedTask;

    /// <summary>
    /// What waited for the reply may follow it. A connection that was lost while its command ran has been cleaned up before the command was done with it, so that is done again.
    /// </summary>
    private async Task Settle(ClientConnection? connection, Func<ClientConnection, CloseCode, Task> end)
    {
        connection?.ReleaseHeld();
        if (connection?.EndsAfterReply is { } code)
        {
            _ = end(connection, code);
        }

        Interlocked.MemoryBarrier();
        if (connection is { IsClosed: true })
        {
            await closer.Closed(connection);
        }
    }

    /// <summary>With which code an exception is answered.</summary>
    internal static RefusalCode CodeOf(Exception exception) => exception switch
    {
        Refusal refusal => refusal.Code,
        TimeoutException or IOException or OperationCanceledException => RefusalCode.Temporary,
        _ => RefusalCode.Internal,
    };

    /// <summary>A refusal stays what it is; a store or grain that does not answer is temporary; anything else is our fault and gets a number.</summary>
    public Refusal Translate(Exception exception, string command)
    {
        if (exception is Refusal refusal)
        {
            return refusal;
        }

        if (CodeOf(exception) == RefusalCode.Temporary)
        {
            LogUnavailable(exception, command);
            return Refusal.Temporary("It cannot be done now; try again.");
        }

        var correlation = ids.Next();
        LogFault(exception, command, correlation);
        return new Refusal(RefusalCode.Internal, $"Something went wrong on our side; it is logged as {correlation}.");
    }

    [LoggerMessage(1, LogLevel.Warning, "{Command} is refused as temporary")]
    private partial void LogUnavailable(Exception exception, string command);

    [LoggerMessage(2, LogLevel.Error, "{Command} failed, correlation {Correlation}")]
    private partial void LogFault(Exception exception, string command, string correlation);
}

/// <summary>What a wire whose replies go through the connection's queue does before and after a command.</summary>
/// <param name="Read">Gives the parameters, once it is known that the caller may give the command; may refuse.</param>
/// <param name="Write">Puts the reply into the queue; null when nobody asked for one.</param>
public sealed record QueuedReply<TParameters, TBody>(Func<TParameters> Read, Action<Reply<TBody>>? Write);
