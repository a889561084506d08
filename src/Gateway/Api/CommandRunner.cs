using Microsoft.Extensions.Logging;
using Orchestrator.Administration;
using Orchestrator.Connections;

namespace Orchestrator.Api;

/// <summary>Runs a command of the table and answers once, whatever happens: with its body, with a refusal, or with a fault's correlation id.</summary>
public sealed partial class CommandRunner(Limits limits, ConnectionCloser closer, Audit audit, IIdSource ids, ILogger<CommandRunner> log)
{
    public async Task<Reply<TBody>> Run<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, TParameters parameters)
    {
        try
        {
            if (context.Connection is { IsEnding: true })
            {
                throw Refusal.Temporary("This connection ends; try again on another one.");
            }

            if (context.Connection is { } connection && !connection.Commands.TryTake())
            {
                throw new Refusal(RefusalCode.TooManyRequests, $"A connection may send {limits.CommandsPerSecondMax} commands in a second.");
            }

            return (await audit.Watched(command, context, () => command.Run(context, parameters, limits))).ToReply();
        }
        catch (Exception e)
        {
            return Replies.Of<TBody>(Translate(e, command.Name));
        }
        finally
        {
            await Settle(context.Connection);
        }
    }

    /// <summary>
    /// What waited for the reply may follow it. A connection that was lost while its command ran has been cleaned up before the command was done with it, so that is done again.
    /// </summary>
    private async Task Settle(ClientConnection? connection)
    {
        connection?.ReleaseHeld();
        if (connection?.EndsAfterReply is { } code)
        {
            _ = connection.AbortAfterReply(code);
        }

        Interlocked.MemoryBarrier();
        if (connection is { IsClosed: true })
        {
            await closer.Closed(connection);
        }
    }

    /// <summary>A refusal stays what it is; a store or grain that does not answer is temporary; anything else is our fault and gets a number.</summary>
    public Refusal Translate(Exception exception, string command)
    {
        switch (exception)
        {
            case Refusal refusal:
                return refusal;
            case TimeoutException or IOException or OperationCanceledException:
                LogUnavailable(exception, command);
                return Refusal.Temporary("It cannot be done now; try again.");
            default:
                var correlation = ids.Next();
                LogFault(exception, command, correlation);
                return new Refusal(RefusalCode.Internal, $"Something went wrong on our side; it is logged as {correlation}.");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Command} is refused as temporary")]
    private partial void LogUnavailable(Exception exception, string command);

    [LoggerMessage(2, LogLevel.Error, "{Command} failed, correlation {Correlation}")]
    private partial void LogFault(Exception exception, string command, string correlation);
}
