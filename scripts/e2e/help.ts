export const storyHelp = `npm run e2e -- --kubeconfig <file> [<options>]

Plays the product's whole story on a Kubernetes cluster: installs the chart from this checkout with a Postgres of its own, a
panel, a plan and a shop from examples/, makes a subscription, buys another one in the chat, reads what a phone gets,
helm test, helm upgrade, helm uninstall. Panel and Telegram are simulated, by a pod in the cluster. Then it takes
everything away again, also after a failure and Ctrl-C.

It wants the rights of an administrator and a cluster without Wayleave, and refuses one that has it. What it makes are
two namespaces, and what the chart makes outside of them: definitions, ClusterRoles and their bindings.

  --kubeconfig <file>         of the cluster; default with --context: the one that kubectl uses
  --context <name>            default: the current one of that file
  --image <reference>         with a tag or a digest, which the nodes can pull or have; default: the chart's own
  --namespace <name>          default: wayleave-e2e; the shop is in <name>-shop
  --values <file>             more values for the chart, such as database.embedded.image of a mirror
  --database-url-file <file>  a file with the URL of a Postgres that the cluster reaches, with an empty database, whose
                              login may create roles; it stays as the story leaves it. Default: the chart's
                              embedded one
  --keep                      leave everything there; the next run takes it away first
  --help

helm and kubectl are taken from the PATH, else built from source, which needs Go. On a machine with Docker and kind:
npm run e2e:kind.
`;

export const kindHelp = `npm run e2e:kind [-- <options>]

Makes a cluster with kind, builds the image, loads it, plays the story of "npm run e2e" there, and deletes the cluster.
Needs Docker and kind, and the internet for kind's node image and PostgreSQL's. About 2 GB of memory.

  --name <name>         of the cluster; default: wayleave-e2e
  --node-image <image>  of another Kubernetes, for example kindest/node:v1.31.9; default: kind's own
  --keep                leave the cluster there
  --help
`;
