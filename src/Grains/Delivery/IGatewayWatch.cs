namespace Orchestrator.Delivery;

/// <summary>
/// Knows which sources of this process are heard behind which gateways, and tells a source when one of these is lost (<see cref="ISource.GatewayLost"/>). An engine of one process
/// has one gateway, which ends with it, so there is nothing to watch.
/// </summary>
public interface IGatewayWatch
{
    /// <summary>Whether that gateway runs, so that its connections may still be there.</summary>
    bool IsThere(string? gateway);

    /// <summary>What a source of this process calls to reach that gateway.</summary>
    IRelay WayTo(GatewayAddress gateway) => gateway.Relay;

    /// <summary>The source has its first seat behind that gateway. If that is lost already, the source is told at once.</summary>
    void Heard(SourceId source, string gateway);

    /// <summary>The source has no seat behind that gateway any more.</summary>
    void Unheard(SourceId source, string gateway);
}

/// <summary>The watch of an engine of one process.</summary>
public sealed class OneGatewayWatch(GatewayName name) : IGatewayWatch
{
    public bool IsThere(string? gateway) => gateway == name.Value;

    public void Heard(SourceId source, string gateway)
    {
    }

    public void Unheard(SourceId source, string gateway)
    {
    }
}
