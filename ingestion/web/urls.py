"""Addresses the pipeline calls."""

from django.urls import path

from ingestion.web import views

urlpatterns = [path("internal/events/", views.events, name="events")]
