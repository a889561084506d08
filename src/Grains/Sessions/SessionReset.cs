using Orchestrator.Delivery;

namespace Orchestrator.Sessions;

/// <summary>The session's end from outside.</summary>
public sealed partial class Session
{
    public IReadOnlyList<Outgoing> Reset()
    {
        var happened = new Happenings(this);
        if (IsOpen)
        {
            happened.Add(Outgoing.ToEveryone(new SessionClosed(CloseReason.Reset)));
        }

        return happened.All;
    }
}
