package manifest

// installOrder is the order in which Helm installs kinds.
// Source: InstallOrder in Helm's pkg/release/util/kind_sorter.go (Helm 4), pkg/releaseutil (Helm 3).
var installOrder = func() map[string]int {
	order := map[string]int{}
	for i, kind := range [...]string{
		"PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
		"PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass",
		"PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole",
		"ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList",
		"RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController",
		"ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
		"IngressClass", "Ingress", "APIService", "MutatingWebhookConfiguration",
		"ValidatingWebhookConfiguration",
	} {
		order[kind] = i
	}
	return order
}()

// Place puts an added document where Helm's install order has it: in front of the first document
// whose kind is installed later, hooks apart, else at the end.
func (s *Stream) Place(document *Document) {
	rank := rankOf(document)
	for i, other := range s.Documents {
		if len(other.objects) > 0 && !other.objects[0].Hook() && rankOf(other) > rank {
			s.Insert(i, document)
			return
		}
	}
	s.Insert(len(s.Documents), document)
}

// rankOf is the place of a document in the install order; kinds that Helm does not know come last.
func rankOf(document *Document) int {
	if len(document.objects) == 0 {
		return 0
	}
	if rank, known := installOrder[document.objects[0].Kind]; known {
		return rank
	}
	return len(installOrder)
}
