using Microsoft.Extensions.Logging;

namespace Orchestrator.Api;

/// <summary>Runs a command of the table and answers once, whatever happens: with its body, with a refusal, or with a fault's correlation id.</summary>
public sealed partial class CommandRunner(Limits limits, IIdSource ids, ILogger<CommandRunner> log)
{
    public async Task<Reply<TBody>> Run<TParameters, TBody>(Command<TParameters, TBody> command, CommandContext context, TParameters parameters)
    {
        try
        {
            return (await command.Run(context, parameters, limits)).ToReply();
        }
        catch (Exception e)
        {
            return Replies.Of<TBody>(Translate(e, command.Name));
        }
        finally
        {
            context.Connection?.ReleaseHeld();
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
