using Orchestrator.Api;
using Orchestrator.Connections;

namespace Orchestrator.VrTogether;

/// <summary>The three ways in which clients write a request.</summary>
internal enum RequestKind
{
    /// <summary>One object of parameters; its commandId comes back with the answer.</summary>
    Command,

    /// <summary>Arguments by position.</summary>
    Packet,

    /// <summary>No argument, and none in the acknowledgement of success.</summary>
    Administration,
}

/// <summary>Where a request has come from.</summary>
internal sealed record RequestContext(CommandRunner Runner, ClientConnection Connection, VrTogetherVersion Version);

/// <summary>What came of a request.</summary>
/// <param name="Body">Null: there is nothing to say.</param>
internal sealed record Outcome(int Error, string Message, object? Body = null)
{
    public static Outcome Of(Refusal refusal) => new((int)refusal.Code, refusal.Message);
}

/// <summary>A request as clients name it, bound to a command of the table.</summary>
internal abstract class Request(string name, RequestKind kind)
{
    public string Name => name;

    public RequestKind Kind => kind;

    /// <summary>Runs it and says what came of it, once; <paramref name="answer"/> is null when nobody asked.</summary>
    public abstract Task Run(RequestContext context, Arguments arguments, Action<Outcome>? answer);
}

/// <summary>How a request reads its arguments and says its body.</summary>
/// <param name="Kind">How clients write it.</param>
/// <param name="Read">The parameters of the command, from what came; may refuse.</param>
/// <param name="Body">The body as this wire has it; null: there is nothing to say.</param>
internal sealed record Form<TParameters, TBody>(
    RequestKind Kind, Func<Arguments, VrTogetherVersion, TParameters> Read, Func<TBody, VrTogetherVersion, object?> Body);

/// <inheritdoc cref="Request"/>
internal sealed class Request<TParameters, TBody>(string name, Command<TParameters, TBody> command, Form<TParameters, TBody> form) : Request(name, form.Kind)
{
    public override Task Run(RequestContext context, Arguments arguments, Action<Outcome>? answer) => context.Runner.Run(
        command,
        context.Connection,
        new QueuedReply<TParameters, TBody>(
            () => form.Read(arguments, context.Version),
            answer is null ? null : reply => answer(new(reply.Error, reply.Message, reply.Error == 0 ? form.Body(reply.Body!, context.Version) : null))));
}
