/** What an instance is called in snapshots where nobody says: a name that outlives a redeploy. */

export const defaultInstance = "open-webui";

/** Docker names a container after its id. */
const containerId = /^[0-9a-f]{12}$/;
/** Kubernetes: deployment-replicaset-pod, from an alphabet without vowels. Source: apimachinery's util/rand. */
const podName = /-[bcdf-hj-np-tv-z2456789]{8,10}-[bcdf-hj-np-tv-z2456789]{5}$/;

/** The option, else OBHUT_INSTANCE, else the machine's name; where that is a container's or a pod's, `open-webui`. */
export function instanceName(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  hostname: string,
): string {
  const named = given || env["OBHUT_INSTANCE"];
  if (named) return named;
  const passing = hostname === "" || hostname === "localhost" || containerId.test(hostname) || podName.test(hostname);
  return passing || env["KUBERNETES_SERVICE_HOST"] ? defaultInstance : hostname;
}
