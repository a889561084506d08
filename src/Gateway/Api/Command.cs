using System.Diagnostics;
using Orchestrator.Connections;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>What a handler knows of its caller.</summary>
/// <param name="Connection">Null for a caller without one (HTTP).</param>
/// <param name="Caller">Null for nobody.</param>
public sealed record CommandContext(Origin Origin, ClientConnection? Connection, Caller? Caller, CancellationToken CancellationToken)
{
    /// <summary>For handlers of commands that need a login.</summary>
    public Caller User => Caller ?? throw new Refusal(RefusalCode.NotLoggedIn, "The user is not logged in.");

    /// <summary>Whether the caller administers the orchestrator.</summary>
    public bool MayAdminister => Origin.IsTrusted || Caller?.Role == Role.Administrator;

    /// <summary>For handlers of commands that need a connection.</summary>
    public ClientConnection Socket => Connection ?? throw Refusal.BadRequest("This command needs a connection.");

    /// <summary>For handlers of commands that are given in a session.</summary>
    public SessionId Session => Socket.Session ?? throw new Refusal(RefusalCode.NotInSession, "The user is not in any session.");

    public static CommandContext Of(ClientConnection connection, CancellationToken cancellationToken) =>
        new(connection.Origin, connection, connection.Caller, cancellationToken);
}

/// <summary>A command as the wires find it by name.</summary>
public abstract class Command(string name)
{
    public string Name => name;

    /// <summary>Whether clients give it so often that each single one is of little interest: packets and scene events.</summary>
    public bool IsTraffic { get; } = name is "SendData" or "PushAudio" || name.StartsWith("SendSceneEvent", StringComparison.Ordinal);

    /// <summary>Where its spans come from.</summary>
    internal ActivitySource Traces => IsTraffic ? Instruments.Traffic : Instruments.Commands;

    /// <summary>Who may give it; see <see cref="Rights"/>.</summary>
    public Right Right { get; } = Rights.Of(name);

    /// <summary>The record that its parameters make.</summary>
    public abstract Type ParametersType { get; }
}

/// <summary>One entry of the command table: who may, what is valid, what it does. Every wire comes through here.</summary>
public sealed class Command<TParameters, TBody>(
    string name, Func<CommandContext, TParameters, Task<Answer<TBody>>> handle, Action<TParameters, Limits>? validate = null)
    : Command(name)
{
    public override Type ParametersType => typeof(TParameters);

    internal Task<Answer<TBody>> Run(CommandContext context, TParameters parameters, Limits limits) => Run(context, () => parameters, limits);

    /// <summary>Reads the parameters when it is known that the caller may give the command.</summary>
    internal async Task<Answer<TBody>> Run(CommandContext context, Func<TParameters> read, Limits limits)
    {
        Right.Demand(context);
        var parameters = read();
        if (parameters is null)
        {
            throw Refusal.BadRequest("The parameters are missing.");
        }

        validate?.Invoke(parameters, limits);
        return await handle(context, parameters);
    }
}

/// <summary>The parameters of a command that has none.</summary>
public sealed record NoParameters
{
    public static NoParameters Instance { get; } = new();
}
