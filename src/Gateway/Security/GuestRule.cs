using Microsoft.Extensions.Options;
using Orchestrator.Connections;

namespace Orchestrator.Security;

/// <summary>Who may log in without an account.</summary>
public sealed class GuestRule(IOptions<GatewayOptions> options)
{
    /// <summary>Refusals: <see cref="RefusalCode.GuestsNotAllowed"/>.</summary>
    public void Demand(Origin origin)
    {
        var isAllowed = options.Value.Guests == GuestPolicy.Always || (options.Value.Guests == GuestPolicy.Loopback && origin.IsLoopback);
        if (!isAllowed)
        {
            throw new Refusal(RefusalCode.GuestsNotAllowed, "Guests are not allowed here; log in with an account.");
        }
    }
}
